#include <algorithm>
#include <iostream>

#include "client/flowctl/commands/commands.hpp"
#include "client/flowctl/output.hpp"
#include "client/flowctl/settings_file.hpp"
#include "client/flowctl/text_table.hpp"

namespace flow::client {

namespace {

/// {"settings": [{"key", "value", "from"}], "protected": false}; of a secret, "value" is null.
Json document_of(const std::vector<GivenSetting> &settings, bool is_protected) {
  Json entries = Json::array();
  for (const GivenSetting &setting : settings) {
    entries.push_back({{"key", setting.name->key},
                       {"value", is_secret(setting.name->key) ? Json() : Json(setting.value)},
                       {"from", setting.from}});
  }
  return {{"settings", std::move(entries)}, {kProtected, is_protected}};
}

std::string readable(const std::vector<GivenSetting> &settings, bool is_protected) {
  std::vector<Row> rows{{"SETTING", "VALUE", "FROM"}};
  for (const GivenSetting &setting : settings) {
    const bool is_hidden = !setting.value.empty() && is_secret(setting.name->key);
    rows.push_back({setting.name->key, is_hidden ? "(hidden)" : setting.value, setting.from});
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
