#include "client/flowctl/commands/resources.hpp"

#include <iostream>
#include <stdexcept>
#include <utility>

#include "client/flowctl/advice.hpp"
#include "client/flowctl/commands/commands.hpp"
#include "client/flowctl/commands/document_text.hpp"
#include "client/flowctl/commands/list.hpp"
#include "client/flowctl/output.hpp"
#include "contracts/model/operations.hpp"

namespace flow::client {

namespace {

constexpr const char *kResources = "Resources";
constexpr const char *kFooterOfResources = "Settings and exit codes: flowctl --help";

/// `flowctl PLURAL`, with the options of the list's documented parameters.
void add_resource_list(CLI::App &app, const contract::Resource &resource, Session &session) {
  const contract::OperationEntry &operation = *contract::operation_of(resource, "list");
  CLI::App &command =
      *app.add_subcommand(command_word(resource.plural), "List " + resource.plural)->group(kResources);
  command.footer(kFooterOfResources);
  const auto given = std::make_shared<ListArguments>();
  if (operation.has_parameter("orderby")) {
    add_list_options(command, *given);
  } else {
    add_limit_options(command, *given);
    add_property_option(command, *given);
  }
  const bool has_limit = operation.has_parameter("limit");
  on_call(command, session, [given, has_limit, &resource, &session](const Client &client) {
    DocumentQuery query{.properties = given->properties, .orderby = given->orderby};
    if (has_limit) {
      query.page_size = page_size(*given);
    }
    const Documents documents = client.documents(resource.name);
    return given->count ? show_count(documents.count(query), session)
                        : show_items(documents.list(query), *given, session,
                                     [&](const auto &shown) { return table_of(resource, shown); });
  });
}

ExitCode show_document(const ResourceCommand &of, const Documents &documents, const std::string &id) {
  const Document document = documents.get(id);
  std::cout << (of.session->json ? json_as_sent(document.json) : readable(*of.resource, document));
  return kDone;
}

/// `flowctl SINGULAR ID`, and `flowctl SINGULAR show ID` for an id that is called like a command.
void add_show(const ResourceCommand &of) {
  if (of.operation("get") != nullptr) {
    of.app->add_option("ID", *of.id, "Id of the " + of.resource->singular + " to show")->type_name("");
    CLI::App &show = add_document_command(of, "show", "Show one, also if its id is the name of a command");
    const auto id = std::make_shared<std::string>();
    add_document_id(show, *id);
    on_documents(
        show, of, [of, id](const Documents &documents) { return show_document(of, documents, *id); },
        [of, id](const Error &error) { return advice_on_document(error, of, *id); });
  }
  on_parsed(
      *of.app, *of.session,
      [of] {
        if (of.id->empty()) {
          throw std::invalid_argument("give an id or a command; see " + of.words() + " --help");
        }
        const Client client(settings_from(of.session->sources));
        return show_document(of, client.documents(of.resource->name), *of.id);
      },
      [of](const Error &error) { return advice_on_document(error, of, *of.id); });
}

void add_resource(CLI::App &app, const contract::Resource &resource, Session &session) {
  if (contract::operation_of(resource, "list") != nullptr) {
    add_resource_list(app, resource, session);
  }
  CLI::App *one = app.add_subcommand(command_word(resource.singular),
                                     "Show a " + resource.singular + ", or do something with it")
                      ->group(kResources);
  one->require_subcommand(0, 1);
  one->footer(kFooterOfResources);
  const ResourceCommand command{&resource, one, &session, std::make_shared<std::string>()};
  add_show(command);
  add_document_changes(command);
  add_document_questions(command);
}

} // namespace

std::string ResourceCommand::words() const {
  return "flowctl " + command_word(resource->singular);
}

const contract::OperationEntry *ResourceCommand::operation(std::string_view verb) const {
  return contract::operation_of(*resource, verb);
}

CLI::App &add_document_command(const ResourceCommand &of, const std::string &name, const std::string &about) {
  CLI::App *command = of.app->add_subcommand(name, about)->group("Subcommands"); // else it is the resource's
  command->footer(kFooterOfResources);
  return *command;
}

void add_document_id(CLI::App &command, std::string &id) {
  command.add_option("ID", id, "Its id")->required()->type_name("");
}

void on_documents(CLI::App &command, const ResourceCommand &of,
                  std::function<ExitCode(const Documents &documents)> action, Advice advice) {
  on_parsed(
      command, *of.session,
      [of, action = std::move(action)] {
        if (!of.id->empty()) {
          throw std::invalid_argument("\"" + *of.id +
                                      "\" is a word too many: an id stands behind the command");
        }
        const Client client(settings_from(of.session->sources));
        return action(client.documents(of.resource->name));
      },
      advice ? std::move(advice) : [of](const Error &error) { return advice_on_document(error, of, "ID"); });
}

std::string advice_on_document(const Error &error, const ResourceCommand &of, const std::string &id) {
  const std::string show = of.words() + " " + id;
  if (error.kind == ErrorKind::unknown_outcome) {
    return "To see it: " + show;
  }
  return error.place == "header If-Match"
             ? error.advice + " With flowctl: --if-match ETAG; the etag is shown by: " + show
             : advice_on(error, "");
}

void add_resources(CLI::App &app, Session &session) {
  for (const contract::Resource &resource : contract::resources()) {
    if (!resource.verbs.empty()) {
      add_resource(app, resource, session);
    }
  }
}

} // namespace flow::client
