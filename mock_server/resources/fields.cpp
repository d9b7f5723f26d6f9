#include "mock_server/resources/fields.hpp"

#include <map>

namespace flow::mock {

namespace {

FieldKind kind_in_queries(contract::ValueKind kind) {
  switch (kind) {
  case contract::ValueKind::text:
    return FieldKind::text;
  case contract::ValueKind::status:
    return FieldKind::status;
  case contract::ValueKind::number:
    return FieldKind::number;
  case contract::ValueKind::time:
    return FieldKind::time;
  case contract::ValueKind::object:
  case contract::ValueKind::objects:
  case contract::ValueKind::texts:
  case contract::ValueKind::any:
    return FieldKind::any;
  }
  return FieldKind::any;
}

Fields fields_of(const contract::Resource &resource) {
  Fields fields;
  for (const contract::ResourceField &field : resource.fields) {
    const FieldKind kind = kind_in_queries(field.kind);
    fields.push_back({field.path, kind});
    if (!field.openapi.empty()) {
      fields.push_back({field.openapi, kind});
    }
  }
  return fields;
}

} // namespace

const Fields &query_fields(const contract::Resource &resource) {
  static const auto all = [] {
    std::map<const contract::Resource *, Fields> fields;
    for (const contract::Resource &each : contract::resources()) {
      fields.emplace(&each, fields_of(each));
    }
    return fields;
  }();
  return all.at(&resource);
}

} // namespace flow::mock
