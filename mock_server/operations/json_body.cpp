#include "mock_server/operations/json_body.hpp"

#include <vector>

namespace flow::mock {

using contract::Json;

namespace {

// Trees of JSON are written recursively: their depth has to be bounded.
constexpr int kMaximumDepth = 64;
// Objects that keep their order look for a member one by one: a large one would take its square in time.
constexpr int kMaximumMembers = 1000;

} // namespace

std::variant<Json, Error> json_object_in(std::string_view body) {
  if (body.find_first_not_of(" \t\r\n") == std::string_view::npos) {
    return Error("body-empty");
  }
  bool is_too_deep = false;
  bool is_too_wide = false;
  std::vector<int> members; // of the objects that are open
  Json document = Json::parse(
      body,
      [&](int depth, Json::parse_event_t event, const Json &) {
        is_too_deep = is_too_deep || depth > kMaximumDepth;
        if (event == Json::parse_event_t::object_start) {
          members.push_back(0);
        } else if (event == Json::parse_event_t::object_end) {
          members.pop_back();
        } else if (event == Json::parse_event_t::key) {
          is_too_wide = is_too_wide || ++members.back() > kMaximumMembers;
        }
        return !is_too_deep && !is_too_wide;
      },
      false);
  if (is_too_deep) {
    return Error("bad-request").with("reason", "its body is nested more than 64 levels deep");
  }
  if (is_too_wide) {
    return Error("bad-request").with("reason", "an object in its body has more than 1000 members");
  }
  if (document.is_null()) {
    return Error("body-empty");
  }
  if (document.is_discarded()) {
    return Error("bad-request").with("reason", "its body is not JSON");
  }
  if (!document.is_object()) {
    return Error("bad-request").with("reason", "its body is not a JSON object");
  }
  return document;
}

} // namespace flow::mock
