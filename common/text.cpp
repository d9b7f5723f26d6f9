#include "common/text.hpp"

namespace flow {

std::string lower_case(std::string_view text) {
  std::string lowered(text);
  std::transform(lowered.begin(), lowered.end(), lowered.begin(), [](char c) { return lower_case(c); });
  return lowered;
}

std::string shortened(std::string_view text, std::size_t bytes) {
  if (text.size() <= bytes) {
    return std::string(text);
  }
  const auto continues = [&](std::size_t at) {
    return (static_cast<unsigned char>(text[at]) & 0xc0U) == 0x80U;
  };
  while (bytes > 0 && continues(bytes)) {
    --bytes;
  }
  return std::string(text.substr(0, bytes)) + "…";
}

bool is_like(std::string_view text, std::string_view form) {
  std::size_t at = 0;
  std::size_t in_form = 0;
  std::size_t star = std::string_view::npos; // the last one passed
  std::size_t behind_star = 0;               // where what it stands for ends in `text`
  while (at < text.size()) {
    if (in_form < form.size() && form[in_form] == '*') {
      star = in_form++;
      behind_star = at;
      const std::string_view rest = form.substr(in_form);
      if (rest.find('*') == std::string_view::npos) {
        const std::size_t length = std::min(rest.size(), text.size() - at);
        return length == rest.size() && equal_ignoring_case(text.substr(text.size() - length), rest);
      }
    } else if (in_form < form.size() && equal_ignoring_case(form.substr(in_form, 1), text.substr(at, 1))) {
      ++in_form;
      ++at;
    } else if (star != std::string_view::npos) {
      in_form = star + 1;
      at = ++behind_star;
    } else {
      return false;
    }
  }
  return form.find_first_not_of('*', in_form) == std::string_view::npos;
}

} // namespace flow
