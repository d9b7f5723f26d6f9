#include <algorithm>
#include <array>
#include <iostream>
#include <memory>

#include "client/flowctl/advice.hpp"
#include "client/flowctl/commands/document_text.hpp"
#include "client/flowctl/commands/resources.hpp"
#include "client/flowctl/json_file.hpp"
#include "client/flowctl/output.hpp"
#include "common/printable.hpp"
#include "contracts/model/operations.hpp"

namespace flow::client {

namespace {

struct ChangeArguments {
  std::string id;
  std::string file;
  std::string if_match;
  std::string op;
  bool draft = false;
};

ExitCode show_changed(const ResourceCommand &of, const ChangedDocument &changed) {
  std::cout << (of.session->json ? json_as_sent(changed.json) : readable(*of.resource, changed));
  return kDone;
}

/// Before the document is changed: "patch connection c-1".
void require_agreement_on(const ResourceCommand &of, const std::string &verb, const std::string &id) {
  require_agreement(*of.session, verb + " " + of.resource->singular + " " + id);
}

void add_if_match(CLI::App &command, std::string &if_match, const char *otherwise) {
  command
      .add_option("--if-match", if_match,
                  std::string("Only if it still has this etag (with its quotes); ") + otherwise)
      ->type_name("ETAG");
}

/// Of a command that changes the document `given->id`.
void on_change(CLI::App &command, const ResourceCommand &of, const std::shared_ptr<ChangeArguments> &given,
               std::function<ExitCode(const Documents &documents)> action) {
  on_documents(command, of, std::move(action),
               [of, given](const Error &error) { return advice_on_document(error, of, given->id); });
}

void add_document_create(const ResourceCommand &of) {
  CLI::App &command = add_document_command(of, "create", "Create a " + of.resource->singular);
  const auto given = std::make_shared<ChangeArguments>();
  add_json_file(command, given->file, "File with its fields")->required();
  if (of.operation("create")->has_parameter("mode")) {
    command.add_flag("--draft", given->draft, "As a draft (mode=draft)");
  }
  on_documents(
      command, of,
      [of, given](const Documents &documents) {
        const std::string document = json_of_file(given->file);
        require_agreement(*of.session, "create a " + of.resource->singular);
        return show_changed(of, documents.create(document, {.draft = given->draft}));
      },
      [of](const Error &error) {
        return error.kind == ErrorKind::unknown_outcome
                   ? "To see whether it is there: flowctl " + command_word(of.resource->plural) +
                         (of.operation("list")->has_parameter("orderby") ? " --orderby=-createdAt" : "")
                   : advice_on_document(error, of, "ID");
      });
}

void add_document_put(const ResourceCommand &of) {
  CLI::App &command = add_document_command(of, "put", "Replace a " + of.resource->singular);
  const auto given = std::make_shared<ChangeArguments>();
  add_document_id(command, given->id);
  add_json_file(command, given->file, "File with its fields")->required();
  on_change(command, of, given, [of, given](const Documents &documents) {
    const std::string document = json_of_file(given->file);
    require_agreement_on(of, "replace", given->id);
    return show_changed(of, documents.put(given->id, document));
  });
}

void add_document_patch(const ResourceCommand &of) {
  CLI::App &command = add_document_command(of, "patch", "Change fields of a " + of.resource->singular);
  const auto given = std::make_shared<ChangeArguments>();
  add_document_id(command, given->id);
  add_json_file(command, given->file, "File with a JSON Patch, [{\"op\", \"path\", \"value\"}]")->required();
  add_if_match(command, given->if_match, "if not given, the etag is read first");
  on_change(command, of, given, [of, given](const Documents &documents) {
    const std::string patch = json_of_file(given->file);
    require_agreement_on(of, "patch", given->id);
    const std::string if_match = given->if_match.empty() ? documents.get(given->id).etag : given->if_match;
    return show_changed(of, documents.patch(given->id, patch, if_match));
  });
}

void add_document_delete(const ResourceCommand &of) {
  CLI::App &command = add_document_command(of, "delete", "Delete a " + of.resource->singular);
  const auto given = std::make_shared<ChangeArguments>();
  add_document_id(command, given->id);
  add_if_match(command, given->if_match, "if not given, whatever it has");
  on_change(command, of, given, [of, given](const Documents &documents) {
    require_agreement_on(of, "delete", given->id);
    documents.remove(given->id, given->if_match);
    const std::string sentence = of.resource->singular + " " + given->id + " is deleted";
    std::cout << (of.session->json ? json_text({{"id", given->id}}) : printable(sentence) + "\n");
    return kDone;
  });
}

/// An action that has a command of its own.
struct Action {
  std::string_view op;
  std::string_view about; ///< the singular follows
};
constexpr std::array<Action, 3> kActions = {{{"enable", "Enable a disabled "},
                                             {"disable", "Disable an enabled "},
                                             {"publish", "Publish a draft of a "}}};

ExitCode act(const ResourceCommand &of, const Documents &documents, const std::string &id,
             const std::string &op) {
  require_agreement_on(of, op, id);
  return show_changed(of, documents.act(id, op));
}

void add_document_actions(const ResourceCommand &of) {
  const std::vector<std::string> &ops = of.resource->verb("action")->ops;
  const auto given = std::make_shared<ChangeArguments>();
  for (const Action &action : kActions) {
    if (std::find(ops.begin(), ops.end(), action.op) != ops.end()) {
      const std::string op(action.op);
      CLI::App &command = add_document_command(of, op, std::string(action.about) + of.resource->singular);
      add_document_id(command, given->id);
      on_change(command, of, given,
                [of, given, op](const Documents &documents) { return act(of, documents, given->id, op); });
    }
  }
  CLI::App &command = add_document_command(of, "action", "Request an action by its name");
  add_document_id(command, given->id);
  command.add_option("OP", given->op, "Its name: " + CLI::detail::join(ops, ", "))->required()->type_name("");
  on_change(command, of, given,
            [of, given](const Documents &documents) { return act(of, documents, given->id, given->op); });
}

} // namespace

void add_document_changes(const ResourceCommand &of) {
  struct Change {
    const char *verb;
    void (*add)(const ResourceCommand &of);
  };
  constexpr std::array<Change, 5> kChanges = {{{"create", add_document_create},
                                               {"put", add_document_put},
                                               {"patch", add_document_patch},
                                               {"delete", add_document_delete},
                                               {"action", add_document_actions}}};
  for (const auto &[verb, add] : kChanges) {
    if (of.operation(verb) != nullptr) {
      add(of);
    }
  }
}

} // namespace flow::client
