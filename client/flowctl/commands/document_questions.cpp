#include <array>
#include <iostream>
#include <memory>
#include <stdexcept>

#include "client/flowctl/commands/document_text.hpp"
#include "client/flowctl/commands/list.hpp"
#include "client/flowctl/commands/resources.hpp"
#include "client/flowctl/json_file.hpp"
#include "client/flowctl/output.hpp"
#include "client/json_fields.hpp"
#include "common/printable.hpp"
#include "common/text.hpp"

namespace flow::client {

namespace {

void add_document_search(const ResourceCommand &of) {
  struct Given {
    std::string file, query;
    ListArguments shown;
  };
  CLI::App &command = add_document_command(of, "search", "List the " + of.resource->plural + " of a query");
  const auto given = std::make_shared<Given>();
  CLI::App *which = command.add_option_group("which", "One of");
  add_json_file(*which, given->file, "File with the body: {\"queryString\", \"orderby\", \"limit\"}");
  which->add_option("--query", given->query, "The body's queryString: property=state==enabled")
      ->type_name("STRING");
  which->require_option(1);
  add_limit_options(command, given->shown);
  on_documents(command, of, [of, given](const Documents &documents) {
    const std::string body =
        given->file.empty() ? json_text({{"queryString", given->query}}) : json_of_file(given->file);
    if (!at(read_answer(body), "count").is_null()) {
      throw std::invalid_argument("a search is shown as a list: leave count out of its body");
    }
    return show_items(documents.search(body), given->shown, *of.session,
                      [&](const auto &found) { return table_of(*of.resource, found); });
  });
}

/// For a command that asks the document `*id` and shows the answer as JSON.
void on_question(CLI::App &command, const ResourceCommand &of, const std::shared_ptr<std::string> &id,
                 std::function<ExitCode(const Documents &documents)> ask) {
  on_documents(command, of, std::move(ask),
               [of, id](const Error &error) { return advice_on_document(error, of, *id); });
}

void add_document_test(const ResourceCommand &of) {
  CLI::App &command =
      add_document_command(of, "test", "Test whether a " + of.resource->singular + " can be used");
  const auto id = std::make_shared<std::string>();
  add_document_id(command, *id);
  on_question(command, of, id, [of, id](const Documents &documents) {
    const std::string answer = documents.ask(*id, "test");
    const Json json = read_answer(answer);
    const Json &result = json.is_object() ? at(json, "result") : json; // both are documented (openapi)
    const bool can_be_used = result == true;
    const std::string sentence =
        of.resource->singular + " " + *id + (can_be_used ? " can be used" : " cannot be used");
    std::cout << (of.session->json ? json_as_sent(answer) : printable(sentence) + "\n");
    return can_be_used ? kDone : kTestFailed;
  });
}

void add_document_explore(const ResourceCommand &of) {
  struct Given {
    std::shared_ptr<std::string> id = std::make_shared<std::string>();
    std::string type, object;
    bool preview = false;
  };
  CLI::App &command = add_document_command(of, "explore", "Show what is behind it, as JSON");
  const auto given = std::make_shared<Given>();
  add_document_id(command, *given->id);
  command.add_option("--type", given->type, "root, folder, file, table, … (objectType)")
      ->required()
      ->type_name("TYPE");
  command.add_option("--object", given->object, "Path or name of a folder, file or table")
      ->type_name("OBJECT");
  command.add_flag("--preview", given->preview, "With rows of a file or table");
  on_question(command, of, given->id, [given](const Documents &documents) {
    // How a file is to be read has to be said, or left to the service (dlz).
    const bool is_file = equal_ignoring_case(given->type, "file");
    std::cout << json_as_sent(documents.ask(*given->id, "explore",
                                            {{"objectType", given->type},
                                             {"object", given->object},
                                             {"preview", given->preview ? "true" : ""},
                                             {"determineProperties", is_file ? "true" : ""}}));
    return kDone;
  });
}

void add_document_configs(const ResourceCommand &of) {
  CLI::App &command = add_document_command(of, "configs", "Show its configurations, as JSON");
  const auto id = std::make_shared<std::string>();
  add_document_id(command, *id);
  on_question(command, of, id, [id](const Documents &documents) {
    std::cout << json_as_sent(documents.ask(*id, "configs"));
    return kDone;
  });
}

} // namespace

void add_document_questions(const ResourceCommand &of) {
  struct Question {
    const char *verb;
    void (*add)(const ResourceCommand &of);
  };
  constexpr std::array<Question, 4> kQuestions = {{{"search", add_document_search},
                                                   {"test", add_document_test},
                                                   {"explore", add_document_explore},
                                                   {"configs", add_document_configs}}};
  for (const auto &[verb, add] : kQuestions) {
    if (of.operation(verb) != nullptr) {
      add(of);
    }
  }
}

} // namespace flow::client
