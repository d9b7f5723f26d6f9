#include "client/flowctl/settings_sources.hpp"

#include <algorithm>
#include <array>
#include <cstdlib>
#include <filesystem>
#include <string_view>
#include <vector>

#include <flow_client/oauth.hpp>

#include "client/flowctl/settings_file.hpp"
#include "client/url.hpp"

namespace flow::client {

namespace {

constexpr std::array kSettingNames{
    SettingName{"base_url", "--base-url", "FLOW_BASE_URL",
                "URL of Flow Service; without a path, the documented path is added", nullptr},
    SettingName{"token", "--token", "FLOW_TOKEN",
                "Access token. Other users can see flags (ps): prefer FLOW_TOKEN or the settings file",
                "{ACCESS_TOKEN}"},
    SettingName{"api_key", "--api-key", "FLOW_API_KEY", "API key (client id), sent as x-api-key",
                "{API_KEY}"},
    SettingName{"org", "--org", "FLOW_ORG", "Organisation, sent as x-gw-ims-org-id", "{ORG_ID}"},
    SettingName{"sandbox", "--sandbox", "FLOW_SANDBOX", "Sandbox, sent as x-sandbox-name", "{SANDBOX_NAME}"},
    SettingName{"client_id", "--client-id", "FLOW_CLIENT_ID",
                "Client id to request tokens with, instead of giving a token", nullptr, false},
    SettingName{"client_secret", nullptr, "FLOW_CLIENT_SECRET", nullptr, nullptr, false},
    SettingName{"scopes", "--scopes", "FLOW_SCOPES", "Scopes of these tokens, comma-separated", nullptr,
                false},
    SettingName{"token_url", "--token-url", "FLOW_TOKEN_URL", "URL to request these tokens from", nullptr,
                false},
    SettingName{"ca_file", "--ca-file", "FLOW_CA_FILE",
                "PEM file of the certificate authorities to trust instead of the system's", nullptr, false},
    SettingName{"mock_admin_token", "--admin-token", "FLOW_MOCK_ADMIN_TOKEN",
                "For flowctl mock: the --admin-token that the mock was started with", nullptr, false},
};

std::string environment(const char *variable) {
  const char *value = std::getenv(variable); // NOLINT(concurrency-mt-unsafe): before any thread begins
  return value ? value : "";
}

std::string default_file() {
  const std::string folder = environment("XDG_CONFIG_HOME");
  if (!folder.empty()) {
    return folder + "/flowctl.toml";
  }
  const std::string home = environment("HOME");
  return home.empty() ? "" : home + "/.config/flowctl.toml";
}

/// A file that is named must be there.
std::string settings_file(const std::optional<std::string> &config) {
  const std::string named = config.value_or(environment("FLOW_CONFIG"));
  std::string file = named.empty() ? default_file() : named;
  std::error_code error;
  const auto found = std::filesystem::status(file, error);
  // One that is named may be a pipe: --config <(pass show flow)
  if (named.empty() ? is_regular_file(found) : exists(found) && !is_directory(found)) {
    return file;
  }
  if (!named.empty()) {
    throw SettingsError("the settings file " + named + " does not exist, or is not a file");
  }
  return "";
}

FileSettings read_file(const SettingSources &sources) {
  FileSettings settings{.file = settings_file(sources.config),
                        .profile = sources.profile.value_or(environment("FLOW_PROFILE")),
                        .profiles = {}};
  if (!settings.file.empty()) {
    settings.profiles = read_settings_file(settings.file);
  }
  if (!settings.profile.empty() && !settings.profiles.contains(settings.profile)) {
    std::string known;
    for (const auto &[name, values] : settings.profiles) {
      known += name.empty() ? "" : (known.empty() ? "" : ", ") + name;
    }
    throw SettingsError("there is no profile " + settings.profile +
                        (settings.file.empty() ? ", as there is no settings file" : " in " + settings.file) +
                        (known.empty() ? "" : "; known profiles: " + known));
  }
  return settings;
}

const SettingName &setting(std::string_view key) {
  return *std::find_if(kSettingNames.begin(), kSettingNames.end(),
                       [&](const SettingName &name) { return key == name.key; });
}

[[noreturn]] void refuse_missing(const std::vector<const SettingName *> &missing) {
  std::string text = missing.size() == 1 ? "a setting is missing" : "settings are missing";
  const std::string file = default_file();
  for (const SettingName *name : missing) {
    text += "\n  " + std::string(name->key) + ": export " + name->variable + "=…, or " + name->key +
            " = \"…\" in " + (file.empty() ? "the file of --config" : file) + ", or " + name->flag + " …" +
            (std::string_view(name->key) == "token"
                 ? " (which other users can see), or client credentials (flowctl --help)"
                 : "");
  }
  text += "\nA mock on this machine needs none of them: --base-url http://127.0.0.1:8080";
  throw SettingsError(text);
}

/// What a profile of the file gives.
std::string value_in(const SettingProfiles &profiles, const std::string &profile, const char *key) {
  const auto values = profiles.find(profile);
  if (values == profiles.end()) {
    return "";
  }
  const auto value = values->second.find(key);
  return value == values->second.end() ? "" : value->second;
}

/// A token and client credentials are two ways to say the same: the nearer one counts, so that no token is
/// sent to a server whose profile has credentials.
void drop_farther_token(std::vector<GivenSetting> &settings) {
  const auto find = [&](std::string_view key) {
    return std::find_if(settings.begin(), settings.end(),
                        [&](const GivenSetting &given) { return key == given.name->key; });
  };
  const auto token = find("token");
  for (const char *key : {"client_id", "client_secret"}) {
    const auto credential = find(key);
    if (!token->value.empty() && !credential->value.empty() && credential->rank < token->rank) {
      token->value.clear();
      token->from.clear();
    }
  }
}

SettingValues given_values(const SettingSources &sources) {
  SettingValues values;
  for (GivenSetting &given : given_settings(sources)) {
    values[given.name->key] = std::move(given.value);
  }
  return values;
}

OAuthSettings oauth_settings(SettingValues &values, const std::string &default_url) {
  std::string missing;
  for (const SettingName &name : kSettingNames) {
    const std::string_view key = name.key;
    if ((key == "client_id" || key == "client_secret" || key == "scopes") && values[name.key].empty()) {
      missing += "\n  " + std::string(name.key) + ": export " + name.variable + "=…, or " + name.key +
                 " = \"…\" in the settings file" + (name.flag ? ", or " + std::string(name.flag) + " …" : "");
    }
  }
  if (!missing.empty()) {
    throw SettingsError("the client credentials are incomplete; missing:" + missing);
  }
  const std::string url = values["token_url"];
  return {.token_url = url.empty() ? default_url : url,
          .client_id = values["client_id"],
          .client_secret = values["client_secret"],
          .scopes = values["scopes"],
          .ca_file = values["ca_file"]};
}

} // namespace

std::span<const SettingName> setting_names() {
  return kSettingNames;
}

std::vector<GivenSetting> given_settings(const SettingSources &sources) {
  const FileSettings &file = sources.file();
  const bool is_profile_flag = sources.profile.has_value();
  std::vector<GivenSetting> all;
  for (const SettingName &name : kSettingNames) {
    GivenSetting &given = all.emplace_back(GivenSetting{.name = &name, .value = "", .from = "", .rank = 0});
    int rank = 0;
    const auto take = [&](std::string value, const std::string &from) {
      ++rank;
      if (given.value.empty() && !value.empty()) {
        given = {.name = &name, .value = std::move(value), .from = from, .rank = rank};
      }
    };
    if (const auto flag = sources.flags.find(name.key); flag != sources.flags.end()) {
      given = {.name = &name, .value = flag->second, .from = name.flag, .rank = 0}; // also an empty one
      continue;
    }
    const auto take_profile = [&] {
      take(file.profile.empty() ? "" : value_in(file.profiles, file.profile, name.key),
           "profile " + file.profile + " of " + file.file);
    };
    if (is_profile_flag) {
      take_profile();
    }
    take(environment(name.variable), name.variable);
    if (!is_profile_flag) {
      take_profile();
    }
    take(value_in(file.profiles, "", name.key), file.file);
  }
  drop_farther_token(all);
  return all;
}

bool is_protected(const SettingSources &sources) {
  const FileSettings &file = sources.file();
  return !file.profile.empty() && value_in(file.profiles, file.profile, kProtected) == "true";
}

const FileSettings &SettingSources::file() const {
  if (!file_) {
    file_ = read_file(*this);
  }
  return *file_;
}

Settings settings_from(const SettingSources &sources) {
  SettingValues values = given_values(sources);
  if (values["base_url"].empty()) {
    values["base_url"] = kDefaultBaseUrl;
  }
  const BaseUrl url = parse_base_url(values["base_url"]);
  const bool on_mock = url.scheme == "http" && is_loopback(url);
  Settings settings;
  if (values["token"].empty() && (!values["client_id"].empty() || !values["client_secret"].empty())) {
    settings.token = server_to_server(oauth_settings(values, on_mock ? url.origin : kDefaultTokenUrl));
    if (values["api_key"].empty()) {
      values["api_key"] = values["client_id"];
    }
  }
  std::vector<const SettingName *> missing;
  for (const SettingName &name : kSettingNames) {
    const bool is_token = std::string_view(name.key) == "token";
    if (!name.needed || !values[name.key].empty() || (is_token && settings.token.token)) {
      continue;
    }
    values[name.key] = name.placeholder;
    if (!on_mock) {
      missing.push_back(&name);
    }
  }
  if (!missing.empty()) {
    refuse_missing(missing);
  }
  settings.base_url = values["base_url"];
  if (!settings.token.token) {
    settings.token = static_token(values["token"]);
  }
  settings.api_key = values["api_key"];
  settings.organisation = values["org"];
  settings.sandbox = values["sandbox"];
  settings.ca_file = values["ca_file"];
  return settings;
}

MockSettings mock_settings_from(const SettingSources &sources) {
  SettingValues values = given_values(sources);
  if (values["base_url"].empty()) {
    refuse_missing({&setting("base_url")});
  }
  const BaseUrl url = parse_base_url(values["base_url"]);
  if (url.scheme == "http" && is_loopback(url)) {
    for (const char *key : {"org", "sandbox"}) {
      values[key] = values[key].empty() ? setting(key).placeholder : values[key];
    }
  }
  return {.base_url = values["base_url"],
          .organisation = values["org"],
          .sandbox = values["sandbox"],
          .admin_token = values["mock_admin_token"],
          .ca_file = values["ca_file"]};
}

void require_sandbox(const MockSettings &settings) {
  std::vector<const SettingName *> missing;
  if (settings.organisation.empty()) {
    missing.push_back(&setting("org"));
  }
  if (settings.sandbox.empty()) {
    missing.push_back(&setting("sandbox"));
  }
  if (!missing.empty()) {
    refuse_missing(missing);
  }
}

} // namespace flow::client
