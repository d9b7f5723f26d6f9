#include "mock_server/resources/document_store.hpp"

#include <algorithm>
#include <iterator>
#include <limits>
#include <utility>

#include "mock_server/http/memory_reserve.hpp"

namespace flow::mock {

using contract::Json;

namespace {

const std::string &id_of(const Document &document) {
  return document.json->at("id").get_ref<const std::string &>();
}

/// A specification has no such time.
std::int64_t created_at(const Document &document) {
  const auto found = document.json->find("createdAt");
  return found == document.json->end() || !found->is_number_integer()
             ? std::numeric_limits<std::int64_t>::min()
             : found->get<std::int64_t>();
}

std::vector<std::string> without(const std::vector<std::string> &ids,
                                 const std::vector<std::string> &others) {
  std::vector<std::string> left;
  std::copy_if(ids.begin(), ids.end(), std::back_inserter(left), [&](const std::string &id) {
    return std::find(others.begin(), others.end(), id) == others.end();
  });
  return left;
}

} // namespace

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
  return found == numbers_.end() ? nullptr : &documents_.find(found->second)->second;
}

std::vector<std::string> DocumentStore::users(std::string_view id) const {
  const auto found = users_.find(id);
  return found == users_.end() ? std::vector<std::string>()
                               : std::vector<std::string>(found->second.begin(), found->second.end());
}

void DocumentStore::touch(const std::string &id) {
  if (is_watched_) {
    touched_.push_back(id);
  }
}

std::vector<std::string> DocumentStore::take_touched() {
  std::sort(touched_.begin(), touched_.end());
  touched_.erase(std::unique(touched_.begin(), touched_.end()), touched_.end());
  return std::exchange(touched_, {});
}

void DocumentStore::put(Document document) {
  MemoryReserve::require();
  touch(id_of(document));
  const auto found = numbers_.find(id_of(document));
  if (found == numbers_.end()) {
    add(next_number_, std::move(document));
  } else {
    replace(found->second, std::move(document));
  }
}

void DocumentStore::add_numbered(std::uint64_t number, Document document) {
  add(std::max(next_number_, number), std::move(document));
}

bool DocumentStore::put_numbered(std::uint64_t number, Document document) {
  const auto place = documents_.find(number);
  if (place != documents_.end() && id_of(place->second) != id_of(document)) {
    return false;
  }
  touch(id_of(document));
  if (place == documents_.end()) {
    add(number, std::move(document));
  } else {
    replace(number, std::move(document));
  }
  return true;
}

void DocumentStore::add(std::uint64_t number, Document document) {
  const std::string id = id_of(document);
  const std::vector<std::string> used = used_by(*document.json);
  const CreationOrder::Place place = {created_at(document), number};
  const auto added = documents_.emplace(number, std::move(document)).first;
  try {
    by_creation_.add(place);
    numbers_.emplace(id, number);
    note_user(used, id);
  } catch (...) {
    by_creation_.remove(place);
    numbers_.erase(id);
    forget_user(used, id);
    documents_.erase(added);
    throw;
  }
  next_number_ = std::max(next_number_, number + 1);
}

void DocumentStore::replace(std::uint64_t number, Document document) {
  Document &its = documents_.find(number)->second;
  const std::string id = id_of(its);
  const std::vector<std::string> before = used_by(*its.json);
  const std::vector<std::string> after = used_by(*document.json);
  const std::vector<std::string> added = without(after, before);
  const std::vector<std::string> removed = without(before, after);
  const CreationOrder::Place place = {created_at(its), number};
  const CreationOrder::Place new_place = {created_at(document), number};
  try {
    note_user(added, id);
    if (new_place != place) {
      by_creation_.add(new_place);
    }
  } catch (...) {
    forget_user(added, id);
    throw;
  }
  if (new_place != place) {
    by_creation_.remove(place);
  }
  forget_user(removed, id);
  its = std::move(document);
}

void DocumentStore::remove(std::string_view id) {
  const auto found = numbers_.find(id);
  touch(found->first);
  const auto document = documents_.find(found->second);
  const std::vector<std::string> used = used_by(*document->second.json);
  forget_user(used, found->first);
  by_creation_.remove({created_at(document->second), found->second});
  documents_.erase(document);
  numbers_.erase(found);
}

std::vector<std::string> DocumentStore::used_by(const Json &json) const {
  std::vector<std::string> used;
  for (const contract::Reference &reference : resource_->references) {
    if (!reference.in_use.empty()) {
      const std::vector<std::string> ids = ids_in(json, reference.field);
      used.insert(used.end(), ids.begin(), ids.end());
    }
  }
  return used;
}

void DocumentStore::note_user(const std::vector<std::string> &ids, const std::string &user) {
  for (const std::string &id : ids) {
    users_[id].insert(user);
  }
}

void DocumentStore::forget_user(const std::vector<std::string> &ids, const std::string &user) {
  for (const std::string &id : ids) {
    if (const auto users = users_.find(id); users != users_.end()) {
      users->second.erase(user);
      if (users->second.empty()) {
        users_.erase(users);
      }
    }
  }
}

} // namespace flow::mock
