#pragma once

#include <map>
#include <string>
#include <string_view>

#include "client/flowctl/settings_sources.hpp"

namespace flow::client {

/// Whether a setting is not to be shown to anybody.
bool is_secret(std::string_view key);

/// The profile of no name is what stands before the first one.
using SettingProfiles = std::map<std::string, SettingValues>;

/// The key, beside those of settings, that a profile may have: "true" or "false".
inline constexpr const char *kProtected = "protected";

/// The settings of a file of lines KEY = "VALUE", and of profiles in it, which begin with a line [NAME]: a
/// subset of TOML. What is wrong in it is named by line and, where it is certain to be one, by key, never by
/// value: that may be a secret. A file that others can change, or that holds a secret that others can read,
/// is warned of on standard error. Throws SettingsError.
SettingProfiles read_settings_file(const std::string &file);

} // namespace flow::client
