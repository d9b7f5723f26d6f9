#include "client/flowctl/commands/document_text.hpp"

#include <algorithm>
#include <cctype>

#include "client/flowctl/output.hpp"
#include "client/flowctl/text_table.hpp"
#include "client/json_fields.hpp"

namespace flow::client {

namespace {

constexpr std::string_view kFlowsName = "flows";
constexpr std::size_t kColumn = 21; // behind "sourceConnectionIds"

std::string heading(std::string words) {
  std::transform(words.begin(), words.end(), words.begin(), [](unsigned char c) { return std::toupper(c); });
  return words;
}

/// The ids that a field refers to: a text, texts, or the id of an object.
std::string ids_at(const Json &value) {
  std::string ids = text(value.is_object() ? at(value, "id") : value);
  for (const std::string &id : texts(value)) {
    ids += (ids.empty() ? "" : " ") + id;
  }
  return ids;
}

} // namespace

std::string table_of(const contract::Resource &resource, const std::vector<Document> &documents) {
  if (resource.name == kFlowsName) {
    return table_of_flows(documents);
  }
  std::vector<Row> rows;
  if (resource.is_catalogue) {
    rows.push_back({heading(resource.singular), "NAME"});
  } else {
    rows.push_back({heading(resource.singular), "STATE", "UPDATED (UTC)", "NAME"});
  }
  for (const Document &document : documents) {
    rows.push_back(resource.is_catalogue ? Row{document.id, document.name}
                                         : Row{document.id, document.state,
                                               instant_or_dash(document.updated_at), document.name});
  }
  return table(rows);
}

std::string readable(const contract::Resource &resource, const Document &document) {
  if (resource.name == kFlowsName) {
    return readable_flow(document);
  }
  std::string shown = line("id", document.id, kColumn) + line("name", document.name, kColumn);
  const auto add = [&](const std::string &name, const std::string &value) {
    shown += value.empty() ? "" : line(name, value, kColumn);
  };
  add("state", document.state);
  const Json json = read_answer(document.json);
  for (const contract::Reference &reference : resource.references) {
    add(reference.field, ids_at(at(json, reference.field.c_str())));
  }
  add("created", document.created_at ? instant(*document.created_at) : "");
  add("updated", document.updated_at ? instant(*document.updated_at) : "");
  add("etag", document.etag);
  return shown;
}

std::string readable(const contract::Resource &resource, const ChangedDocument &changed) {
  const std::string etag =
      changed.etag.empty() ? "not in the answer; a read shows it" : changed.etag; // dest-batch
  return line("id", changed.id) + (resource.is_catalogue ? "" : line("etag", etag));
}

} // namespace flow::client
