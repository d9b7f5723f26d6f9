#include "tests/contracts/breakage.hpp"

namespace flow::contract::breaking {

namespace {

std::vector<Breakage> of_errors() {
  const When read = read_of(kFailed);
  const When unknown = about_unknown_run("GET", "");
  const When without_op = all({is("POST", "/runs/" + kFailed + "/action"), has("Content-Type")});
  const auto same_request_id = [](const Call &call, const Honest &honest) {
    const Rule in_body = but_with("/report/request-id", "always");
    return but_header("x-request-id", "always")(call,
                                                [&](const Call &asked) { return in_body(asked, honest); });
  };
  return {
      {"errors/gateway/shape",
       when(all({read, lacks("x-api-key")}), but_with("/status", 403)),
       {"headers/api-key/missing"}},
      {"errors/gateway/status-in-code",
       when(all({read, lacks("x-gw-ims-org-id")}), but_with("/error_code", "999003")),
       {"headers/org/missing"}},
      {"errors/problem/shape", when(all({is("POST", "/runs/" + kFailed + "/action"), lacks("Content-Type")}),
                                    but_without("/detail"))},
      {"errors/service/shape", when(unknown, but_with("/error_code", "404000")), {"runs/read/unknown"}},
      {"errors/service/content-type",
       when(unknown, but_header("Content-Type", "text/html")),
       {"runs/read/unknown"}},
      {"errors/service/status", when(unknown, but_with("/status", 400)), {"runs/read/unknown"}},
      {"errors/service/type",
       when(unknown, but_with("/type", "https://ns.adobe.com/aep/errors/FLOW-1439-400")),
       {"runs/read/unknown"}},
      {"errors/service/resource", when(unknown, but_with("/report/type", "flows")), {"runs/read/unknown"}},
      {"errors/service/no-resource", when(without_op, but_with("/report/id", kFailed)), {"retry/op/missing"}},
      {"errors/service/request-id",
       when(unknown, but_header("x-request-id", "another")),
       {"runs/read/unknown"}},
      {"errors/service/request-ids-differ", when(unknown, same_request_id)},
      {"errors/service/one-message",
       when(unknown, but_with("/errorDetails", "Something went wrong.")),
       {"runs/read/unknown"}},
  };
}

std::vector<Breakage> of_routes() {
  const std::string run = "/runs/" + kFailed;
  return {
      {"routes/unknown/read", when(all({is("GET", "/no-such-route"), has("Authorization")}), answers(200))},
      {"routes/unknown/post", when(is("POST", run + "/no-such-action?op=re-trigger"), answers(200))},
      {"routes/method/action", when(is("GET", run + "/action?op=re-trigger"), but_header("Allow", ""))},
      {"routes/method/run", when(is("DELETE", run), answers(204, ""))},
      {"routes/trailing-slash/retry", when(is("POST", run + "/action/?op=re-trigger"), answers(404))},
      {"routes/trailing-slash/read", when(is("GET", run + "/"), answers(404))},
      {"routes/undocumented-parameter", when(is("GET", run + "?verbose=true"), answers(400))},
  };
}

} // namespace

std::vector<Breakage> breakages_of_errors_and_routes() {
  std::vector<Breakage> all_of_them = of_errors();
  for (Breakage &breakage : of_routes()) {
    all_of_them.push_back(std::move(breakage));
  }
  return all_of_them;
}

} // namespace flow::contract::breaking
