#pragma once

#include <string>
#include <string_view>
#include <vector>

/// The resources of the service, as the descriptors in data/resources/ have them: the only list of what can
/// be filtered by, what a request may give, and what refers to what. Adding one: docs/adding-a-resource.md.
namespace flow::contract {

/// What a field holds.
enum class ValueKind {
  text,
  status, ///< a text, compared without regard to case
  number, ///< an integer
  time,   ///< a number, epoch ms
  object,
  objects, ///< an array of objects
  texts,   ///< an array of texts
  any,
};

struct ResourceField {
  std::string path;    ///< its name, or below it "metrics.statusSummary.status"
  std::string openapi; ///< how the OpenAPI description spells it; empty: the same
  ValueKind kind;
  bool read_only; ///< set by the service: of a run, an update may contain it, but does not change it
  bool kept;      ///< of a run: stored unchanged, from a seed or an update

  [[nodiscard]] bool is_at_top() const { return path.find('.') == std::string::npos; }
};

/// A field that holds the id of a document of another resource, or several, or an object with an id.
struct Reference {
  std::string field;
  std::string to;      ///< the resource's name
  std::string unknown; ///< error where there is no such document; empty: that of the other resource
  std::string same;    ///< field that has to be the same in both, where both have it; empty: none
  std::string in_use;  ///< error where the other is to be deleted while this refers to it; empty: it may be
};

/// What a resource can be asked for: a verb of operations.json.
struct ResourceVerb {
  std::string verb;               ///< "list"
  std::vector<std::string> query; ///< its parameters, where they are not those of the verb
  bool has_query;                 ///< whether they are given
  std::string answer;             ///< JSON: what is answered where a seed gives nothing; empty: no such verb
  std::vector<std::string> ops;   ///< of an action, in lower case
};

struct Resource {
  std::string name;     ///< "sourceConnections": in the path, and as type of a resource in errors
  std::string singular; ///< "source connection"
  std::string plural;
  bool is_catalogue; ///< a specification: no etag, no state, no times; answers give the whole of it
  std::vector<ResourceField> fields;
  std::vector<std::string> required; ///< fields that a new one has to give
  std::vector<std::string> fixed;    ///< fields that a change may not change
  std::vector<Reference> references;
  std::vector<ResourceVerb> verbs; ///< empty: its operations stand in operations.json

  /// The field at the top of that name, in either spelling; null: there is none.
  [[nodiscard]] const ResourceField *field(std::string_view field_name) const;
  [[nodiscard]] const ResourceVerb *verb(std::string_view verb_name) const;
  /// "{singular}-{what}", as errors.json names what each resource has one of: "source-connection-not-found".
  [[nodiscard]] std::string error_name(std::string_view what) const;
};

/// Every resource, by its name.
const std::vector<Resource> &resources();

/// The resource of that name; throws std::out_of_range where there is none.
const Resource &resource(std::string_view name);

/// Every field of a run, in the order of runs.json.
const std::vector<ResourceField> &fields_of_run();

/// The field of a run that has this name, in either spelling; null: a run has none.
const ResourceField *field_of_run(std::string_view name);

} // namespace flow::contract
