#include <iostream>
#include <string_view>

#include "client/flowctl/commands/commands.hpp"
#include "client/flowctl/output.hpp"
#include "client/flowctl/settings_file.hpp"
#include "client/flowctl/text_table.hpp"

namespace flow::client {

namespace {

/// Whether it is not to be shown: a secret, or a URL with a user in it, who may have a password.
bool is_hidden(const GivenSetting &setting) {
  const bool is_url = std::string_view(setting.name->key).ends_with("_url");
  return !setting.value.empty() &&
         (is_secret(setting.name->key) || (is_url && setting.value.find('@') != std::string::npos));
}

/// {"settings": [{"key", "value", "from"}], "protected": false}; of what is hidden, "value" is null.
Json document_of(const std::vector<GivenSetting> &settings, bool is_protected) {
  Json entries = Json::array();
  for (const GivenSetting &setting : settings) {
    entries.push_back({{"key", setting.name->key},
                       {"value", is_hidden(setting) ? Json() : Json(setting.value)},
                       {"from", setting.from}});
  }
  return {{"settings", std::move(entries)}, {kProtected, is_protected}};
}

std::string readable(const std::vector<GivenSetting> &settings, bool is_protected) {
  std::vector<Row> rows{{"SETTING", "VALUE", "FROM"}};
  for (const GivenSetting &setting : settings) {
    rows.push_back({setting.name->key, is_hidden(setting) ? "(hidden)" : setting.value, setting.from});
  }
  return table(rows) +
         (is_protected ? "The profile is protected: what changes anything has to be agreed to.\n" : "");
}

} // namespace

void add_config(CLI::App &app, Session &session) {
  CLI::App &config = add_command(app, "config", "Show the settings");
  config.require_subcommand(1);
  CLI::App &show = add_command(config, "show", "Show each setting and where it comes from, without secrets");
  on_parsed(
      show, session,
      [&session] {
        const auto settings = given_settings(session.sources);
        const bool protection = is_protected(session.sources);
        std::cout << (session.json ? json_text(document_of(settings, protection))
                                   : readable(settings, protection));
        return kDone;
      },
      [](const Error &) { return std::string(); });
}

} // namespace flow::client
