#include "tests/contracts/breakage.hpp"

namespace flow::contract::breaking {

namespace {

const std::string kForm =
    "grant_type=client_credentials&client_id=contract&client_secret=s-1&scope=openid,AdobeID";

When asks(const std::string &form) {
  return all({is("POST", "/ims/token/v3"), with_body(form)});
}

/// A server that answers `form` as if it were whole.
Rule forgives(const std::string &form) {
  return when(asks(form), as_if_body(kForm));
}

} // namespace

std::vector<Breakage> breakages_of_tokens() {
  const When asked = asks(kForm);
  const When with_an_issued_token = [](const Call &call) {
    return call.target == "/runs" && call.header("Authorization") != nullptr &&
           call.header("Authorization")->size() > 50;
  };
  return {
      {"tokens/form", when(asked, but_with("/expires_in", "86399"))},
      {"tokens/query", when(is("POST", "/ims/token/v3?" + kForm), answers(400))},
      {"tokens/v2", when(is("POST", "/ims/token/v2"), answers(404))},
      {"tokens/not-stored", when(asked, but_header("Cache-Control", ""))},
      {"tokens/content-type", when(asked, but_header("Content-Type", "text/html"))},
      {"tokens/differ", when(asked, but_with("/access_token", "always"))},
      {"tokens/accepted", when(with_an_issued_token, answers(401))},
      {"tokens/missing/grant-type", forgives("client_id=contract&client_secret=s-1&scope=openid,AdobeID")},
      {"tokens/missing/client-id",
       forgives("grant_type=client_credentials&client_secret=s-1&scope=openid,AdobeID")},
      {"tokens/missing/client-secret",
       forgives("grant_type=client_credentials&client_id=contract&scope=openid,AdobeID")},
      {"tokens/missing/scope",
       forgives("grant_type=client_credentials&client_id=contract&client_secret=s-1")},
      {"tokens/grant-type",
       forgives("grant_type=password&client_id=contract&client_secret=s-1&scope=openid,AdobeID")},
      {"tokens/scope",
       forgives("grant_type=client_credentials&client_id=contract&client_secret=s-1&scope=,")},
      {"tokens/twice", forgives(kForm + "&client_id=other")},
      {"tokens/error-not-stored",
       when(asks("grant_type=client_credentials"), but_header("Cache-Control", ""))},
      {"tokens/method", when(starts("GET", "/ims/token/v3"), but_header("Allow", ""))},
  };
}

} // namespace flow::contract::breaking
