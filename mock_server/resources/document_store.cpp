#include "mock_server/resources/document_store.hpp"

#include <algorithm>
#include <utility>

namespace flow::mock {

using contract::Json;

std::vector<std::string> ids_in(const Json &document, const std::string &field) {
  std::vector<std::string> ids;
  const auto add = [&](const Json &id) {
    if (id.is_string()) {
      ids.push_back(id);
    }
  };
  const auto value = document.find(field);
  if (value == document.end()) {
    return ids;
  }
  if (value->is_array()) {
    std::for_each(value->begin(), value->end(), add);
  } else {
    add(value->is_object() ? value->value("id", Json()) : *value);
  }
  return ids;
}

const Document *DocumentStore::find(std::string_view id) const {
  const auto found = numbers_.find(id);
  return found == numbers_.end() ? nullptr : &documents_[found->second];
}

std::vector<std::string> DocumentStore::users(std::string_view id) const {
  const auto found = users_.find(id);
  return found == users_.end() ? std::vector<std::string>()
                               : std::vector<std::string>(found->second.begin(), found->second.end());
}

void DocumentStore::put(Document document) {
  const Json &json = *document.json;
  const auto &id = json.at("id").get_ref<const std::string &>();
  const auto [place, is_new] = numbers_.try_emplace(id, documents_.size());
  if (is_new) {
    documents_.emplace_back();
  } else {
    count_references(*documents_[place->second].json, false);
  }
  count_references(json, true);
  documents_[place->second] = std::move(document);
}

void DocumentStore::remove(std::string_view id) {
  const auto found = numbers_.find(id);
  Document &document = documents_[found->second];
  count_references(*document.json, false);
  document = {};
  numbers_.erase(found);
}

void DocumentStore::count_references(const Json &json, bool added) {
  const auto &user = json.at("id").get_ref<const std::string &>();
  for (const contract::Reference &reference : resource_->references) {
    if (reference.in_use.empty()) {
      continue;
    }
    for (const std::string &id : ids_in(json, reference.field)) {
      if (added) {
        users_[id].insert(user);
      } else if (const auto users = users_.find(id); users != users_.end()) {
        users->second.erase(user);
        if (users->second.empty()) {
          users_.erase(users);
        }
      }
    }
  }
}

} // namespace flow::mock
