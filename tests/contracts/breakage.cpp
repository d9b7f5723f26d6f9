#include "tests/contracts/breakage.hpp"

#include <algorithm>
#include <array>
#include <cctype>

namespace flow::contract::breaking {

namespace {

bool same_name(std::string_view a, std::string_view b) {
  return std::equal(a.begin(), a.end(), b.begin(), b.end(),
                    [](unsigned char x, unsigned char y) { return std::tolower(x) == std::tolower(y); });
}

/// A rule that lets the honest mock answer a changed call.
template <typename Change> Rule as_if(Change change) {
  return [change](Call call, const Honest &honest) {
    change(call);
    return honest(call);
  };
}

void remove(Call &call, std::string_view header) {
  std::erase_if(call.headers, [&](const auto &field) { return same_name(field.first, header); });
}

} // namespace

const std::string *Call::header(std::string_view name) const {
  const auto found = std::find_if(headers.begin(), headers.end(),
                                  [&](const auto &field) { return same_name(field.first, name); });
  return found == headers.end() ? nullptr : &found->second;
}

When is(std::string method, std::string target) {
  return [=](const Call &call) { return call.method == method && call.target == target; };
}

When starts(std::string method, std::string target) {
  return [=](const Call &call) { return call.method == method && call.target.starts_with(target); };
}

When with_body(std::string text) {
  return [=](const Call &call) { return call.body == text; };
}

When with_json(std::function<bool(const Json &body)> condition) {
  return [=](const Call &call) {
    const Json body = Json::parse(call.body, nullptr, false);
    return body.is_object() && condition(body);
  };
}

When retry_of(const std::string &run) {
  return is("POST", "/runs/" + run + "/action?op=re-trigger");
}

When read_of(const std::string &run) {
  return is("GET", "/runs/" + run);
}

When about_unknown_run(std::string method, std::string end) {
  return [=](const Call &call) {
    constexpr std::size_t kUuidLength = 36;
    const std::string start = "/runs/";
    if (call.method != method || !call.target.starts_with(start)) {
      return false;
    }
    const std::string id = call.target.substr(start.size(), kUuidLength);
    const std::array known = {kFailed,
                              kZeroRecords,
                              kWithRecords,
                              kInProgress,
                              kStreaming,
                              kFailedOfDisabledFlow,
                              kInProgressOfDisabledFlow,
                              kNewRun,
                              kSecondDocumented,
                              kPartial,
                              kDestination,
                              kFailedDestination};
    return call.target == start + id + end && std::find(known.begin(), known.end(), id) == known.end();
  };
}

When lacks(std::string header) {
  return [=](const Call &call) { return call.header(header) == nullptr; };
}

When has(std::string header) {
  return [=](const Call &call) { return call.header(header) != nullptr; };
}

When sends(std::string header, std::string value) {
  return [=](const Call &call) { return call.header(header) != nullptr && *call.header(header) == value; };
}

When all(std::vector<When> conditions) {
  return [=](const Call &call) {
    return std::all_of(conditions.begin(), conditions.end(), [&](const When &holds) { return holds(call); });
  };
}

Rule when(When condition, Rule rule) {
  return [=](const Call &call, const Honest &honest) {
    return condition(call) ? rule(call, honest) : honest(call);
  };
}

Rule when_successful(When condition, Rule rule) {
  return [=](const Call &call, const Honest &honest) {
    mock::Response answer = honest(call);
    const Honest same = [&](const Call &asked) {
      return asked.target == call.target ? answer : honest(asked);
    };
    return answer.status == 200 && condition(call) ? rule(call, same) : answer;
  };
}

Rule answers(int status, std::string body) {
  return [=](const Call &, const Honest &) {
    return mock::Response{.status = status, .headers = {}, .body = body};
  };
}

Rule lists_nothing() {
  return answers(200, R"({"items":[],"_links":{}})");
}

Rule as_if_with(std::string header, std::string value) {
  return as_if([=](Call &call) {
    remove(call, header);
    call.headers.emplace_back(header, value);
  });
}

Rule as_if_without(std::string header) {
  return as_if([=](Call &call) { remove(call, header); });
}

Rule as_if_at(std::string target) {
  return as_if([=](Call &call) { call.target = target; });
}

Rule as_if_body(std::string body) {
  return as_if([=](Call &call) { call.body = body; });
}

Rule as_if_run(std::string run) {
  return as_if([=](Call &call) {
    constexpr std::string_view kRuns = "/runs/";
    call.target.replace(kRuns.size(), run.size(), run);
  });
}

Rule but(std::function<void(Json &body)> change) {
  return [=](const Call &call, const Honest &honest) {
    mock::Response response = honest(call);
    Json body = Json::parse(response.body);
    change(body);
    response.body = body.dump();
    return response;
  };
}

Rule but_with(std::string pointer, Json value) {
  return but([=](Json &body) { body[Json::json_pointer(pointer)] = value; });
}

Rule but_without(std::string pointer) {
  return but([=](Json &body) {
    const Json::json_pointer place(pointer);
    body.at(place.parent_pointer()).erase(place.back());
  });
}

Rule but_message(std::string message) {
  return but([=](Json &body) {
    body["report"]["detailed-message"] = message;
    body["errorMessage"] = message;
    body["errorDetails"] = message;
  });
}

Rule but_status(int status) {
  return [=](const Call &call, const Honest &honest) {
    mock::Response response = honest(call);
    response.status = status;
    return response;
  };
}

Rule but_header(std::string name, std::string value) {
  return [=](const Call &call, const Honest &honest) {
    mock::Response response = honest(call);
    std::erase_if(response.headers, [&](const auto &field) { return same_name(field.first, name); });
    if (!value.empty()) {
      response.headers.emplace_back(name, value);
    }
    return response;
  };
}

} // namespace flow::contract::breaking
