#include "mock_server/journal/kept_text.hpp"

#include <algorithm>
#include <array>
#include <vector>

#include "common/json_text.hpp"
#include "common/text.hpp"
#include "mock_server/journal/json_secrets.hpp"
#include "mock_server/journal/secret_names.hpp"
#include "mock_server/journal/unescaped.hpp"
#include "mock_server/pipeline/target.hpp"

namespace flow::mock {

namespace {

constexpr std::string_view kSpaces = " \t\r\n";
/// So much more of a text is looked at than may be kept: what began before is known by it.
constexpr std::size_t kBeyond = 512;

using Parts = std::vector<HiddenPart>;

bool append_within(std::string &kept, std::string_view text, std::size_t bytes) {
  const std::size_t room = bytes - std::min(bytes, kept.size());
  kept.append(text.substr(0, room));
  return text.size() > room;
}

constexpr std::string_view kBehindAuthority = " \t\r\n\"'\\/?#<>";

/// Whether `at`, behind which an authority ends, is in one: "//" stands before it.
bool is_in_authority(std::string_view text, std::size_t at) {
  const std::size_t slash = text.substr(0, at).find_last_of(kBehindAuthority);
  return slash != std::string_view::npos && slash > 0 && text[slash] == '/' && text[slash - 1] == '/';
}

/// Whether a URL may hold a user and a password. `is_cut`: the '@' may be still to come.
bool may_hold_user(std::string_view text, bool is_cut) {
  std::size_t before = 0; // nothing up to here is in an authority that goes on
  for (std::size_t at = text.find('@'); at != std::string_view::npos; at = text.find('@', at + 1)) {
    if (is_in_authority(text.substr(before), at - before)) {
      return true;
    }
    before = at;
  }
  return is_cut && is_in_authority(text, text.size());
}

bool is_plainly_suspicious(std::string_view text, bool is_cut, const SecretValues &secrets) {
  return may_name_secrets(text) || secrets.may_be_in(text) || may_hold_user(text, is_cut);
}

/// Whether the text may hold anything that is not to be kept. Asked for all that is ever kept: quick.
bool is_suspicious(std::string_view text, bool is_cut, const SecretValues &secrets) {
  if (is_plainly_suspicious(text, is_cut, secrets)) {
    return true;
  }
  if (!has_escapes(text)) {
    return false;
  }
  const Unescaped unescaped(text);
  bool is_one = unescaped.is_escaped_more();
  for (std::size_t level = 0; level < unescaped.levels() && !is_one; ++level) {
    is_one = is_plainly_suspicious(unescaped.text(level), is_cut, secrets);
  }
  return is_one;
}

/// Calls `found` with the beginning of what follows "Bearer " or "Basic ", in any case, and its end.
template <typename Found> void each_credential(std::string_view text, Found found) {
  constexpr std::array<std::string_view, 2> kSchemes = {"bearer", "basic"};
  for (std::size_t at = text.find_first_of("bB"); at < text.size(); at = text.find_first_of("bB", at + 1)) {
    for (const std::string_view scheme : kSchemes) {
      if (!equal_ignoring_case(text.substr(at, scheme.size()), scheme)) {
        continue;
      }
      const std::size_t behind = at + scheme.size();
      const std::size_t begin = std::min(text.find_first_not_of(" \t\r\n+:=\"'\\", behind), text.size());
      const std::size_t end = std::min(text.find_first_of(" \t\r\n\"'\\,;&<>(){}[]", begin), text.size());
      if (begin > behind && begin < end) {
        found(begin, end);
      }
    }
  }
}

/// Likewise with what a URL holds between "//" and "@".
template <typename Found> void each_user(std::string_view text, bool is_cut, Found found) {
  for (std::size_t at = text.find("//"); at != std::string_view::npos; at = text.find("//", at)) {
    at += 2;
    const std::size_t end = std::min(text.find_first_of(kBehindAuthority, at), text.size());
    const std::size_t user_end = text.substr(at, end - at).rfind('@');
    if (user_end != std::string_view::npos) {
      found(at, at + user_end);
    } else if (is_cut && end == text.size()) {
      found(at, end);
    }
    at = end > at ? end : at - 1; // of "///" the last two begin it
  }
}

void find_in_plain(std::string_view text, bool is_cut, const SecretValues &secrets, const auto &found) {
  secrets.each_in(text, is_cut, found);
  each_credential(text, found);
  each_user(text, is_cut, found);
}

/// What is secret wherever it stands, however it is escaped.
void find_anywhere(std::string_view text, bool is_cut, const SecretValues &secrets, Parts &parts) {
  find_in_plain(text, is_cut, secrets,
                [&](std::size_t begin, std::size_t end) { parts.push_back({.begin = begin, .end = end}); });
  const Unescaped unescaped(text);
  for (std::size_t level = 0; level < unescaped.levels(); ++level) {
    find_in_plain(unescaped.text(level), is_cut, secrets, [&](std::size_t begin, std::size_t end) {
      parts.push_back({.begin = unescaped.origin(level, begin), .end = unescaped.origin(level, end)});
    });
  }
  if (unescaped.is_escaped_more()) {
    parts.push_back({.begin = 0, .end = text.size()});
  }
}

/// The values of parameters with such names, and those that hold an assignment of their own.
void find_in_parameters(std::string_view text, std::size_t offset, Parts &parts) {
  while (!text.empty()) {
    const std::size_t end = std::min(text.find('&'), text.size());
    const std::string_view parameter = text.substr(0, end);
    const std::size_t equals = parameter.find('=');
    if (equals != std::string_view::npos &&
        (is_secret_name(parameter.substr(0, equals)) ||
         assigned_secret(parameter.substr(equals + 1)) != std::string_view::npos)) {
      parts.push_back({.begin = offset + equals + 1, .end = offset + end});
    }
    text.remove_prefix(std::min(end + 1, text.size()));
    offset += end + 1;
  }
}

void find_in_body(std::string_view body, Parts &parts) {
  const std::size_t first = body.find_first_not_of(kSpaces);
  if (first == std::string_view::npos) {
    return;
  }
  const bool is_form = body.find_first_of(" \t\r\n\"<:;{") == std::string_view::npos;
  if (body[first] == '{' || body[first] == '[') {
    find_json_secrets(body, parts);
  } else if (is_form && body.find('=') != std::string_view::npos) {
    find_in_parameters(body, 0, parts);
  } else if (const Unescaped plain(body); may_name_secrets(body) || may_name_secrets(plain.text())) {
    parts.push_back({.begin = 0, .end = body.size()});
  }
}

/// Appends the beginning of `text`, up to so many bytes of it, without those parts.
bool append_without(std::string &kept, std::string_view text, Parts &parts, std::size_t bytes) {
  std::sort(parts.begin(), parts.end(), [](const HiddenPart &a, const HiddenPart &b) {
    return a.begin != b.begin ? a.begin < b.begin : a.end > b.end;
  });
  std::size_t at = 0; // up to here it is in `kept`, or hidden
  bool cut = false;
  for (const HiddenPart &part : parts) {
    if (part.begin >= bytes) {
      break;
    }
    if (part.begin >= at && part.begin < part.end) {
      cut |= append_within(kept, text.substr(at, part.begin - at), bytes);
      cut |= append_within(kept, part.is_json_value ? "\"(not kept)\"" : kNotKept, bytes);
    }
    at = std::max(at, part.end);
  }
  const std::size_t end = std::min(text.size(), bytes); // what is behind was looked at, but not to its end
  if (at < end) {
    cut |= append_within(kept, text.substr(at, end - at), bytes);
  }
  return cut || text.size() > std::max(at, end);
}

/// Keeps a text; `find_named` adds the parts of it that are secret by their names.
template <typename Find>
bool keep(std::string &kept, std::string_view text, const SecretValues &secrets, std::size_t bytes,
          Find find_named) {
  if (text.empty()) {
    return false;
  }
  const std::size_t room = bytes - std::min(bytes, kept.size());
  const std::string_view seen = text.substr(0, room + kBeyond);
  const bool is_cut = seen.size() < text.size();
  if (!is_suspicious(seen, is_cut, secrets)) {
    return append_within(kept, text, bytes);
  }
  if (secrets.are_too_many()) {
    append_within(kept, kNotKept, bytes);
    return true;
  }
  Parts parts;
  find_anywhere(seen, is_cut, secrets, parts);
  find_named(seen, parts);
  std::string shown;
  const bool cut = append_without(shown, seen, parts, room);
  kept.append(shown);
  return cut || is_cut;
}

void find_assigned(std::string_view text, Parts &parts) {
  if (const std::size_t at = assigned_secret(text); at != std::string_view::npos) {
    parts.push_back({.begin = at, .end = text.size()});
  }
}

bool holds_credential(std::string_view value) {
  bool holds = false;
  if (may_name_secrets(value) && value.find_first_of(" \t+%:=") != std::string_view::npos) {
    each_credential(value, [&](std::size_t, std::size_t) { holds = true; });
  }
  return holds;
}

/// Adds a header's value, what stands behind its scheme, and each crumb of a cookie.
void add_credentials(SecretValues &secrets, std::string_view value) {
  secrets.add(value);
  while (!value.empty()) {
    const std::size_t end = std::min(value.find_first_of(" \t;,"), value.size());
    const std::string_view word = value.substr(0, end);
    secrets.add(word);
    if (const std::size_t equals = word.find('='); equals != std::string_view::npos) {
      secrets.add(word.substr(equals + 1));
    }
    value.remove_prefix(std::min(end + 1, value.size()));
  }
}

/// Adds what parameters of the query give to such names, as it was sent and as it reads.
void add_parameters(SecretValues &secrets, std::string_view target) {
  const std::size_t query = target.find('?');
  if (query == std::string_view::npos || !(may_name_secrets(target) || has_escapes(target))) {
    return;
  }
  Parts parts;
  find_in_parameters(target.substr(query + 1), query + 1, parts);
  for (const HiddenPart &part : parts) {
    const std::string_view value = target.substr(part.begin, part.end - part.begin);
    secrets.add(value);
    if (const Unescaped plain(value); plain.levels() > 0) {
      secrets.add_copy(plain.text());
    }
  }
}

std::string_view name_of(const HeaderField &field) {
  return field.name;
}
std::string_view value_of(const HeaderField &field) {
  return field.value;
}
std::string_view name_of(const std::pair<std::string, std::string> &field) {
  return field.first;
}
std::string_view value_of(const std::pair<std::string, std::string> &field) {
  return field.second;
}

bool is_secret_header(std::string_view name) {
  const auto usual = usual_header_is_secret(name);
  return usual ? *usual : is_secret_name(name);
}

/// "name: value\n", or nothing where that is longer than what `kept` may still grow to.
bool keep_field(std::string &kept, std::string_view name, std::string_view value, const SecretValues &secrets,
                std::size_t bytes) {
  const std::size_t before = kept.size();
  const auto usual = usual_header_is_secret(name);
  bool cut = usual ? append_within(kept, name, bytes) : keep_text(kept, name, secrets, bytes);
  cut = append_within(kept, ": ", bytes) || cut;
  if (usual ? *usual : is_secret_name(name)) {
    cut = append_within(kept, kNotKept, bytes) || cut;
  } else {
    cut = keep_text(kept, value, secrets, bytes) || cut;
  }
  cut = append_within(kept, "\n", bytes) || cut;
  if (cut) {
    kept.resize(before);
  }
  return cut;
}

/// Each field by itself, but those between two with secrets are first looked at in one go: mostly that is
/// all.
template <typename Fields>
bool keep_fields(std::string &kept, const Fields &fields, const SecretValues &secrets, std::size_t bytes) {
  bool cut = false;
  for (auto field = fields.begin(); field != fields.end();) {
    const auto first = field;
    const std::size_t before = kept.size();
    bool is_whole = true;
    for (; field != fields.end() && !is_secret_header(name_of(*field)); ++field) {
      is_whole = is_whole && !append_within(kept, name_of(*field), bytes) &&
                 !append_within(kept, ": ", bytes) && !append_within(kept, value_of(*field), bytes) &&
                 !append_within(kept, "\n", bytes);
    }
    if (!is_whole || is_suspicious(std::string_view(kept).substr(before), false, secrets)) {
      kept.resize(before);
      std::for_each(first, field, [&](const auto &each) {
        cut |= keep_field(kept, name_of(each), value_of(each), secrets, bytes);
      });
    }
    if (field != fields.end()) {
      cut |= keep_field(kept, name_of(*field), value_of(*field), secrets, bytes);
      ++field;
    }
  }
  return cut;
}

} // namespace

SecretValues secrets_of(const Request &request, const KnownSecrets &known) {
  SecretValues secrets(known);
  for (const HeaderField &field : request.headers) {
    if (equal_ignoring_case(field.name, "x-gw-ims-org-id") ||
        equal_ignoring_case(field.name, "x-sandbox-name")) {
      secrets.except(field.value);
    }
  }
  for (const HeaderField &field : request.headers) {
    if (is_secret_header(field.name) || holds_credential(field.value)) {
      add_credentials(secrets, field.value);
    }
  }
  add_parameters(secrets, request.target);
  return secrets;
}

bool keep_text(std::string &kept, std::string_view text, const SecretValues &secrets, std::size_t bytes) {
  return keep(kept, text, secrets, bytes, find_assigned);
}

bool keep_headers(std::string &kept, std::span<const HeaderField> fields, const SecretValues &secrets,
                  std::size_t bytes) {
  return keep_fields(kept, fields, secrets, bytes);
}

bool keep_headers(std::string &kept, const std::vector<std::pair<std::string, std::string>> &fields,
                  const SecretValues &secrets, std::size_t bytes) {
  return keep_fields(kept, fields, secrets, bytes);
}

bool keep_target(std::string &kept, std::string_view target, bool no_query, const SecretValues &secrets,
                 std::size_t bytes) {
  const std::string_view path = path_of(target);
  const auto behind_path = static_cast<std::size_t>(path.data() + path.size() - target.data());
  if (no_query) {
    return keep_text(kept, path, secrets, bytes) ||
           (behind_path < target.size() && append_within(kept, "?(not kept)", bytes));
  }
  const std::string_view shown = target.substr(behind_path - path.size());
  return keep(kept, shown, secrets, bytes, [&](std::string_view seen, Parts &parts) {
    find_assigned(seen.substr(0, path.size()), parts);
    if (seen.size() > path.size()) {
      find_in_parameters(seen.substr(path.size() + 1), path.size() + 1, parts);
    }
  });
}

bool keep_body(std::string &kept, std::string_view body, const SecretValues &secrets, std::size_t bytes) {
  return keep(kept, body, secrets, bytes, find_in_body);
}

contract::Json without_secrets(const contract::Json &json, const KnownSecrets &known) {
  using contract::Json;
  const std::string text = json.dump(-1, ' ', false, Json::error_handler_t::replace);
  constexpr std::size_t kLongestStandIn = 12; // of what was one byte or more
  std::string shown;
  keep_body(shown, text, SecretValues(known), text.size() * kLongestStandIn);
  if (shown == text) {
    return json;
  }
  Json without = json_or_discarded(shown);
  return without.is_discarded() ? Json(kNotKept) : without;
}

} // namespace flow::mock
