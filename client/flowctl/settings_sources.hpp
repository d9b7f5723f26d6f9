#pragma once

#include <map>
#include <optional>
#include <span>
#include <stdexcept>
#include <string>
#include <vector>

#include <flow_client/settings.hpp>

namespace flow::client {

/// One setting and the ways to give it.
struct SettingName {
  const char *key;         ///< in the settings file
  const char *flag;        ///< on the command line; none for what others on this machine must not see
  const char *variable;    ///< in the environment
  const char *help;        ///< of the flag
  const char *placeholder; ///< what the documentation's examples have; none where it can be left out
  bool needed = true;      ///< by every call that is not to a mock on this machine
};

std::span<const SettingName> setting_names();

/// Settings by key.
using SettingValues = std::map<std::string, std::string, std::less<>>;

/// The user must change something before flowctl can call anybody; says what.
struct SettingsError : std::runtime_error {
  using std::runtime_error::runtime_error;
};

/// What is read of a settings file.
struct FileSettings {
  std::string file;    ///< empty: there is none
  std::string profile; ///< in use; empty: none
  std::map<std::string, SettingValues> profiles;
};

/// Where settings come from, beside the environment.
class SettingSources {
public:
  SettingValues flags;
  std::optional<std::string> config;  ///< the file; else FLOW_CONFIG names it; else it is the user's own
  std::optional<std::string> profile; ///< of the file; else FLOW_PROFILE names it; else none is used

  /// Read once: it may be a pipe. Throws SettingsError, also where there is no such profile.
  const FileSettings &file() const;

private:
  mutable std::optional<FileSettings> file_;
};

/// A setting, and what gave it.
struct GivenSetting {
  const SettingName *name;
  std::string value; ///< empty: nothing did
  std::string from;  ///< "--sandbox", "FLOW_SANDBOX", "profile prod of …/flowctl.toml"
  int rank;          ///< of what gave it: the nearest source has the lowest
};

/// Each setting as the sources give it, the first of: flags, the profile of --profile, the environment, the
/// profile of FLOW_PROFILE, the file outside of profiles. An empty variable gives none. A token is left out
/// where client credentials come from a nearer source. Throws SettingsError.
std::vector<GivenSetting> given_settings(const SettingSources &sources);

/// Whether the profile in use says that what changes anything is to be agreed to: protected = true.
bool is_protected(const SettingSources &sources);

/// The settings file is flowctl.toml in the user's folder of configuration, which need not exist, unless
/// another is named. For an http URL on this machine, missing credentials are the placeholders of the
/// documentation, which flow-mock accepts. Without a token, client credentials are used to request one: the
/// client id is then also a missing API key, and tokens come from the mock if that is on this machine, unless
/// a token URL is given. Throws SettingsError.
Settings settings_from(const SettingSources &sources);

/// The mock to control, and which of its sandboxes.
struct MockSettings {
  std::string base_url;     ///< http or https; only its origin is used
  std::string organisation; ///< empty if not given, and the mock is not on this machine
  std::string sandbox;      ///< the same
  std::string admin_token;  ///< of the control API; empty: none
  std::string ca_file;      ///< of the authorities to trust; empty: see http_transport
};

/// From the same sources, without any credentials of the service. For an http URL on this machine, a missing
/// organisation or sandbox is the placeholder, as for the other commands.
/// Throws SettingsError if no base URL is given: a mock has no well-known address.
MockSettings mock_settings_from(const SettingSources &sources);

/// Throws SettingsError, which says how to give them, where organisation or sandbox are missing.
void require_sandbox(const MockSettings &settings);

} // namespace flow::client
