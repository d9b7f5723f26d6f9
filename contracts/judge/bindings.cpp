#include "contracts/judge/bindings.hpp"

#include "common/json_text.hpp"
#include "common/percent_encoding.hpp"
#include "contracts/model/clause.hpp"

namespace flow::contract {

namespace {

template <typename Write>
std::string with_values(std::string_view text, const Bindings &bindings, const Write &write) {
  std::string result;
  for (const std::string &name : placeholders(text)) {
    const std::string placeholder = "{" + name + "}";
    const std::size_t at = text.find(placeholder);
    const auto bound = bindings.find(name);
    result += text.substr(0, at);
    result += bound == bindings.end() ? placeholder : write(plain_text(bound->second), result.empty());
    text.remove_prefix(at + placeholder.size());
  }
  result += text;
  return result;
}

} // namespace

std::string substituted_text(std::string_view text, const Bindings &bindings) {
  return with_values(text, bindings, [](const std::string &value, bool) { return value; });
}

std::string substituted_path(std::string_view text, const Bindings &bindings) {
  return with_values(text, bindings, [](const std::string &value, bool is_first) {
    return is_first ? value : percent_encoded(value);
  });
}

Json substituted(const Json &json, const Bindings &bindings) {
  if (json.is_string()) {
    const auto &text = json.get_ref<const std::string &>();
    if (text.size() > 2 && text.front() == '{' && text.back() == '}') {
      const auto bound = bindings.find(std::string_view(text).substr(1, text.size() - 2));
      if (bound != bindings.end()) {
        return bound->second;
      }
    }
    return substituted_text(text, bindings);
  }
  Json result = json;
  if (result.is_structured()) {
    for (Json &member : result) {
      member = substituted(member, bindings);
    }
  }
  return result;
}

} // namespace flow::contract
