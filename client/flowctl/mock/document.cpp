#include <memory>

#include "client/flowctl/json_file.hpp"
#include "client/flowctl/mock/answer_text.hpp"
#include "client/flowctl/mock/mock.hpp"
#include "client/flowctl/text_table.hpp"
#include "common/percent_encoding.hpp"
#include "common/printable.hpp"
#include "contracts/model/resources.hpp"

namespace flow::client {

namespace {

struct DocumentArguments {
  std::string resource, id, file;
};

/// The place of the resource, or of the document if an id is given.
std::string place_of(const DocumentArguments &given, const MockSettings &mock) {
  return sandbox_path(mock, "/resources/" + percent_encoded(given.resource) +
                                (given.id.empty() ? "" : "/" + percent_encoded(given.id)));
}

/// "connection c-1"
std::string named(const DocumentArguments &given) {
  return contract::resource(given.resource).singular + " " + given.id;
}

CLI::App &add_command_of_resource(CLI::App &app, const char *name, const char *about,
                                  DocumentArguments &given) {
  std::vector<std::string> names;
  for (const contract::Resource &resource : contract::resources()) {
    if (!resource.verbs.empty() && resource.name != "flows") {
      names.push_back(resource.name);
    }
  }
  CLI::App &command = add_mock_command(app, name, about);
  command.add_option("RESOURCE", given.resource, CLI::detail::join(names, ", "))
      ->required()
      ->check(CLI::IsMember(names).description(""))
      ->type_name("");
  return command;
}

std::string text_of_documents(const Json &answer) {
  std::vector<Row> rows{{"ID", "STATE", "NAME"}};
  const Json &documents = list_in(answer, "documents");
  for (const Json &document : documents) {
    rows.push_back({text(at(document, "id")), text(at(document, "state")), text(at(document, "name"))});
  }
  const auto total = number(at(answer, "total")).value_or(0);
  const bool is_whole = total <= static_cast<std::int64_t>(documents.size());
  return table(rows) + (is_whole ? "" : "There are " + std::to_string(total) + "; the first are shown.\n");
}

std::string text_of_document(const Json &document) {
  return printable_json(document.dump(2)) + "\n";
}

} // namespace

void add_mock_document(CLI::App &mock, Session &session) {
  CLI::App &document = add_mock_command(
      mock, "document", "List, show, put and delete connections and specifications of a sandbox");
  document.require_subcommand(1);
  const auto given = std::make_shared<DocumentArguments>();

  CLI::App &list = add_command_of_resource(document, "list", "List the documents of a resource", *given);
  on_mock_call(list, session, [given](const MockSettings &settings) -> MockCall {
    return {{"GET", place_of(*given, settings) + "?limit=10000"}, text_of_documents};
  });

  CLI::App &get = add_command_of_resource(document, "get", "Show a document as an entry of a seed", *given);
  add_id(get, "ID", "Its id", given->id)->required();
  on_mock_call(get, session, [given](const MockSettings &settings) -> MockCall {
    return {{"GET", place_of(*given, settings)}, text_of_document, advice_where(settings)};
  });

  CLI::App &put = add_command_of_resource(
      document, "put", "Create or replace a document; without an id it gets a new one", *given);
  add_json_file(put, given->file, "File with the entry as a seed has it")->required();
  on_mock_call(put, session, [given](const MockSettings &settings) -> MockCall {
    const std::string entry = json_of_file(given->file);
    given->id = text(at(read_answer(entry), "id"));
    return {{given->id.empty() ? "POST" : "PUT", place_of(*given, settings), entry},
            [given](const Json &made) {
              given->id = text(at(made, "id"));
              return printable(named(*given) + " is there") + "\n";
            }};
  });

  CLI::App &remove = add_command_of_resource(document, "delete", "Delete a document", *given);
  add_id(remove, "ID", "Its id", given->id)->required();
  on_mock_call(remove, session, [given](const MockSettings &settings) -> MockCall {
    return {{"DELETE", place_of(*given, settings)},
            sentence(named(*given) + " is deleted"),
            advice_where(settings)};
  });
}

} // namespace flow::client
