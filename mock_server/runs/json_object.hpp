#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace flow::mock {

/// Writes one JSON object into a text, from its brace to the end of its life. Keys and texts are the mock's
/// own or checked before: nothing to escape.
class JsonObject {
public:
  explicit JsonObject(std::string &json) : json_(json) { json_ += '{'; }
  ~JsonObject() { json_ += '}'; }
  JsonObject(const JsonObject &) = delete;
  JsonObject &operator=(const JsonObject &) = delete;

  /// The text, for the value that is to follow.
  std::string &key(std::string_view name) {
    json_ += json_.back() == '{' ? "\"" : ",\"";
    json_ += name;
    json_ += "\":";
    return json_;
  }
  void raw(std::string_view name, std::string_view value) { key(name) += value; }
  void number(std::string_view name, std::int64_t value) { key(name) += std::to_string(value); }
  void text(std::string_view name, std::string_view value) {
    key(name) += '"';
    json_ += value;
    json_ += '"';
  }

private:
  std::string &json_;
};

} // namespace flow::mock
