#pragma once

#include <string>

#include "client/flowctl/settings_sources.hpp"

namespace flow::client {

/// The settings of a file of lines KEY = "VALUE", a subset of TOML. What is wrong in it is named by line and,
/// where it is certain to be one, by key, never by value: that may be a secret. A file that others can
/// change, or that holds a secret that others can read, is warned of on standard error.
/// Throws SettingsError.
SettingValues read_settings_file(const std::string &file);

} // namespace flow::client
