#include "client/flowctl/settings_file.hpp"

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstddef>
#include <iostream>
#include <sstream>
#include <string_view>
#include <system_error>

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "common/file_place.hpp"
#include "common/printable.hpp"
#include "common/text.hpp"

namespace flow::client {

namespace {

constexpr std::size_t kMostBytes = 65536;
constexpr std::array<std::string_view, 3> kSecrets{"token", "client_secret", "mock_admin_token"};

/// A file that is open: what is said of it is said of what is read.
struct OpenFile {
  std::string text;
  struct stat about {};
};

OpenFile read(const std::string &file) {
  OpenFile open;
  try {
    const Descriptor from(succeeded(::open(file.c_str(), O_RDONLY | O_CLOEXEC | O_NOCTTY)));
    succeeded(::fstat(from.number(), &open.about));
    std::array<char, 4096> part{};
    for (ssize_t length = 1; length > 0 && open.text.size() <= kMostBytes;) {
      length = succeeded(static_cast<int>(::read(from.number(), part.data(), part.size())));
      open.text.append(part.data(), static_cast<std::size_t>(length));
    }
  } catch (const std::system_error &error) {
    throw SettingsError("the settings file " + file + " cannot be read: " + error.what());
  }
  if (open.text.size() > kMostBytes) {
    throw SettingsError("the settings file " + file + " is larger than 64 KiB; is it a settings file?");
  }
  return open;
}

/// What others on this machine can do with the file; "" where they can do no harm.
std::string danger_of(const OpenFile &open, const SettingProfiles &profiles) {
  const bool is_readable = (open.about.st_mode & (S_IRGRP | S_IROTH)) != 0;
  const bool is_writable = (open.about.st_mode & (S_IWGRP | S_IWOTH)) != 0;
  const bool holds_secret = std::any_of(profiles.begin(), profiles.end(), [](const auto &profile) {
    return std::any_of(kSecrets.begin(), kSecrets.end(), [&](std::string_view key) {
      const auto value = profile.second.find(key);
      return value != profile.second.end() && !value->second.empty();
    });
  });
  const std::string reading = is_readable && holds_secret ? "read the secret in" : "";
  const std::string changing = is_writable ? "change" : "";
  return reading + (reading.empty() || changing.empty() ? "" : " and ") + changing;
}

/// Of a pipe, as in --config <(pass show flow), nobody else has the other end.
void warn(const std::string &file, const OpenFile &open, const SettingProfiles &profiles) {
  if (!S_ISREG(open.about.st_mode)) {
    return;
  }
  const std::string danger = danger_of(open, profiles);
  const std::string shown = printable(file);
  if (!danger.empty()) {
    std::cerr << "flowctl: warning: other users of this machine can " << danger << " the settings file "
              << shown << ": chmod 600 " << shown << "\n";
  }
  if (open.about.st_uid != 0 && open.about.st_uid != ::geteuid()) {
    std::cerr << "flowctl: warning: the settings file " << shown
              << " belongs to another user, who can change it: chown it, and chmod 600 " << shown << "\n";
  }
}

std::string known_keys() {
  std::string keys;
  for (const SettingName &name : setting_names()) {
    keys += (keys.empty() ? "" : ", ") + std::string(name.key);
  }
  return keys;
}

bool is_setting(std::string_view key) {
  const auto names = setting_names();
  return std::any_of(names.begin(), names.end(), [&](const SettingName &name) { return key == name.key; });
}

/// Quoted only where it looks like a key: text in the place of a key may be a token, which is longer or has
/// other characters.
std::string quoted_if_key(const std::string &key) {
  constexpr std::size_t kLongest = 20;
  const bool is_one =
      key.size() <= kLongest && key.find_first_not_of("abcdefghijklmnopqrstuvwxyz_") == std::string::npos;
  return is_one ? "the unknown key \"" + key + "\"" : "text that is not a key";
}

bool is_comment(std::string_view text) {
  return text.empty() || text.front() == '#' || text.front() == ';';
}

/// One line of the file.
struct Line {
  const std::string &file;
  std::size_t number;
  std::string text;

  [[noreturn]] void refuse(const std::string &why) const {
    throw SettingsError("the settings file " + file + ", line " + std::to_string(number) + ", " + why);
  }

  /// Begins a profile, or adds to that of that name.
  void read_into(SettingProfiles &profiles, std::string &profile) const;
  std::string profile_of(std::string_view line) const;
  std::string value_of(const std::string &key, std::string_view text) const;
};

/// Not by CLI11, which cuts a value at its first "#", also in quotes, and leaves escapes as they are.
std::string Line::value_of(const std::string &key, std::string_view text) const {
  const char quote = text.empty() ? '\0' : text.front();
  if (quote != '"' && quote != '\'') {
    std::string bare(trimmed(text.substr(0, text.find('#'))));
    if (bare.find_first_of(" \t,\"'[]{}") != std::string::npos) {
      refuse("gives " + key + " more than one value; quote it");
    }
    return bare;
  }
  std::string value;
  std::size_t at = 1;
  for (; at < text.size() && text[at] != quote; ++at) {
    if (quote == '"' && text[at] == '\\' && ++at < text.size() && text[at] != '"' && text[at] != '\\') {
      refuse("gives " + key + R"( a value with a backslash that is before neither " nor \; quote it with ')");
    }
    value += at < text.size() ? text[at] : '\0';
  }
  if (at >= text.size()) {
    refuse("gives " + key + " a value whose quotation mark is not closed");
  }
  if (!is_comment(trimmed(text.substr(at + 1)))) {
    refuse("has more text after the value of " + key);
  }
  return value;
}

/// The name in "[NAME]".
std::string Line::profile_of(std::string_view line) const {
  const std::size_t end = line.find(']');
  const std::string_view name = trimmed(line.substr(1, std::min(end, line.size()) - 1));
  constexpr std::string_view kLetters = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_-";
  if (end == std::string_view::npos || name.empty() ||
      name.find_first_not_of(kLetters) != std::string_view::npos ||
      !is_comment(trimmed(line.substr(end + 1)))) {
    refuse("begins with [ but is not the name of a profile, [NAME]: letters, digits, _ and -");
  }
  return std::string(name);
}

void Line::read_into(SettingProfiles &profiles, std::string &profile) const {
  const std::string_view line = trimmed(text);
  if (is_comment(line)) {
    return;
  }
  if (line.front() == '[') {
    profile = profile_of(line);
    if (!profiles.try_emplace(profile).second) {
      refuse("begins the profile " + profile + " again");
    }
    return;
  }
  const std::size_t equals = line.find('=');
  if (equals == std::string_view::npos) {
    refuse("is not KEY = \"VALUE\"");
  }
  std::string key(trimmed(line.substr(0, equals)));
  std::replace(key.begin(), key.end(), '-', '_');
  const bool is_protection = key == kProtected && !profile.empty();
  if (key == kProtected && profile.empty()) {
    refuse("has protected, which belongs below the line of a profile, [NAME]");
  }
  if (!is_setting(key) && !is_protection) {
    refuse("has " + quoted_if_key(key) + "; known keys: " + known_keys() +
           (profile.empty() ? "" : std::string(", ") + kProtected));
  }
  const std::string value = value_of(key, trimmed(line.substr(equals + 1)));
  if (is_protection && value != "true" && value != "false") {
    refuse("gives " + key + " a value that is neither true nor false");
  }
  if (!profiles[profile].emplace(key, value).second) {
    refuse("gives " + key + " again");
  }
}

} // namespace

bool is_secret(std::string_view key) {
  return std::find(kSecrets.begin(), kSecrets.end(), key) != kSecrets.end();
}

SettingProfiles read_settings_file(const std::string &file) {
  const OpenFile open = read(file);
  SettingProfiles profiles;
  std::string profile;
  std::istringstream lines(open.text);
  std::size_t number = 0;
  for (std::string text; std::getline(lines, text);) {
    Line{file, ++number, text}.read_into(profiles, profile);
  }
  warn(file, open, profiles);
  return profiles;
}

} // namespace flow::client
