#pragma once

#include <functional>
#include <memory>
#include <string>

#include <CLI/CLI.hpp>

#include "client/flowctl/session.hpp"
#include "contracts/model/operations.hpp"
#include "contracts/model/resources.hpp"

/// The commands of resources. Those of each derive from its descriptor (contracts/data/resources/): what it
/// is called, and which verbs it has.
namespace flow::client {

/// `flowctl SINGULAR`, below which are the commands for one document.
struct ResourceCommand {
  const contract::Resource *resource;
  CLI::App *app;
  Session *session;
  std::shared_ptr<std::string> id; ///< the word behind it: `flowctl flow ID`

  /// What is in front of a command below: "flowctl source-connection".
  [[nodiscard]] std::string words() const;
  /// The operation that a verb of the resource is; null: it has no such verb.
  [[nodiscard]] const contract::OperationEntry *operation(std::string_view verb) const;
};

// Each adds the commands of its file for the verbs that the resource has.
void add_document_changes(const ResourceCommand &of);
void add_document_questions(const ResourceCommand &of);

/// A command below `of`.
CLI::App &add_document_command(const ResourceCommand &of, const std::string &name, const std::string &about);

/// The positional ID.
void add_document_id(CLI::App &command, std::string &id);

/// Once the command line is parsed and names `command`, which is below `of`, `action` is done. Without
/// `advice`, it is advice_on_document().
void on_documents(CLI::App &command, const ResourceCommand &of,
                  std::function<ExitCode(const Documents &documents)> action, Advice advice = {});

/// What the user can do about an error of a document that is there.
std::string advice_on_document(const Error &error, const ResourceCommand &of, const std::string &id);

} // namespace flow::client
