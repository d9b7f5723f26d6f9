#include "mock_server/faults/fault_set.hpp"

#include <algorithm>
#include <sstream>
#include <string>
#include <utility>

#include "contracts/model/faults.hpp"
#include "mock_server/pipeline/target.hpp"

namespace flow::mock {

namespace {

using contract::Json;

/// From 0 to less than 1; by hand, as std::uniform_real_distribution draws differently in each standard
/// library.
double drawn(std::mt19937_64 &random) {
  constexpr unsigned kUnusedBits = 11; // a double holds 53
  constexpr double kUnit = 0x1p-53;
  return static_cast<double>(random() >> kUnusedBits) * kUnit;
}

/// The entry with what it left out, the id first.
Json completed(const Json &entry, const std::string &id, std::uint64_t seed) {
  Json whole = {{"id", id}};
  whole.update(entry);
  if (!whole.contains("at")) {
    whole["at"] = contract::fault_type(entry.at("type").get<std::string>())->at;
  }
  if (!whole.contains("seed")) {
    whole["seed"] = seed;
  }
  return whole;
}

} // namespace

Json FaultSet::Entry::json() const {
  Json json = shown;
  json["matched"] = matched;
  json["left"] = left ? Json(*left) : Json();
  return json;
}

std::vector<FaultSet::Entry>::const_iterator FaultSet::entry_of(std::string_view id) const {
  return std::find_if(entries_.begin(), entries_.end(),
                      [&](const Entry &entry) { return entry.fault->id == id; });
}

std::string FaultSet::free_id() {
  std::string id;
  do {
    id = prefix_ + std::to_string(++ids_given_);
  } while (entry_of(id) != entries_.end());
  return id;
}

void FaultSet::count_lasting() {
  lasting_ = static_cast<std::size_t>(
      std::count_if(entries_.begin(), entries_.end(), [](const Entry &entry) { return entry.left != 0; }));
}

Json FaultSet::add(const Json &entry) {
  check_fault(entry);
  const std::scoped_lock lock(mutex_);
  if (entries_.size() >= kMost) {
    throw TooManyFaults("there are " + std::to_string(kMost) + " faults, the most there can be; remove some");
  }
  const std::string id = entry.contains("id") ? entry.at("id").get<std::string>() : free_id();
  if (entry_of(id) != entries_.end()) {
    throw FaultIdTaken("there is a fault with the id " + id + "; remove it, or give another id or none");
  }
  entries_.push_back(entry_for(completed(entry, id, entries_.size() + 1)));
  revision_.change();
  count_lasting();
  return entries_.back().json();
}

FaultSet::Entry FaultSet::entry_for(Json shown) {
  Entry entry{.fault = std::make_shared<const Fault>(fault_in(shown)),
              .shown = {},
              .probability = shown.value("probability", 1.0),
              .random = std::mt19937_64(shown.at("seed").get<std::uint64_t>()),
              .let_through = shown.value("after", std::int64_t{0}),
              .left = std::nullopt};
  if (shown.contains("times")) {
    entry.left = shown.at("times").get<std::int64_t>();
  }
  entry.shown = std::move(shown);
  return entry;
}

Json FaultSet::kept() const {
  const std::scoped_lock lock(mutex_);
  if (ids_given_ == 0 && entries_.empty()) {
    return nullptr;
  }
  Json faults = Json::array();
  for (const Entry &entry : entries_) {
    std::ostringstream random;
    if (entry.probability < 1) {
      random << entry.random;
    }
    faults.push_back({{"entry", entry.shown},
                      {"letThrough", entry.let_through},
                      {"left", entry.left ? Json(*entry.left) : Json()},
                      {"matched", entry.matched},
                      {"random", random.str()}});
  }
  return {{"idsGiven", ids_given_}, {"faults", std::move(faults)}};
}

void FaultSet::put_kept(const Json &kept) {
  std::vector<Entry> entries;
  for (const Json &each : kept.at("faults")) {
    check_fault(each.at("entry"));
    Entry entry = entry_for(each.at("entry"));
    entry.let_through = each.at("letThrough");
    entry.left = each.at("left").is_null() ? std::nullopt : std::optional<std::int64_t>(each.at("left"));
    entry.matched = each.at("matched");
    if (const auto &random = each.at("random").get_ref<const std::string &>(); !random.empty()) {
      std::istringstream(random) >> entry.random;
    }
    entries.push_back(std::move(entry));
  }
  const std::scoped_lock lock(mutex_);
  entries_ = std::move(entries);
  ids_given_ = kept.at("idsGiven");
  revision_.change();
  count_lasting();
}

Json FaultSet::list() const {
  const std::scoped_lock lock(mutex_);
  Json faults = Json::array();
  for (const Entry &entry : entries_) {
    faults.push_back(entry.json());
  }
  return faults;
}

Json FaultSet::unmet() const {
  const std::scoped_lock lock(mutex_);
  Json faults = Json::array();
  for (const Entry &entry : entries_) {
    if (entry.left ? *entry.left > 0 : entry.matched == 0) {
      faults.push_back(entry.json());
    }
  }
  return faults;
}

std::optional<Json> FaultSet::find(std::string_view id) const {
  const std::scoped_lock lock(mutex_);
  const auto found = entry_of(id);
  return found == entries_.end() ? std::nullopt : std::optional(found->json());
}

bool FaultSet::remove(std::string_view id) {
  const std::scoped_lock lock(mutex_);
  const auto found = entry_of(id);
  if (found == entries_.end()) {
    return false;
  }
  entries_.erase(found);
  revision_.change();
  count_lasting();
  return true;
}

std::uint64_t FaultSet::revision() const {
  const std::scoped_lock lock(mutex_);
  return revision_.value();
}

void FaultSet::clear() {
  const std::scoped_lock lock(mutex_);
  entries_.clear();
  revision_.change();
  count_lasting();
}

Faults FaultSet::take(const Request &request, std::string_view operation) {
  Faults faults;
  if (empty()) {
    return faults;
  }
  const std::string path(path_of(request.target));
  const std::scoped_lock lock(mutex_);
  for (Entry &entry : entries_) {
    if (entry.left == 0 || !entry.fault->match.holds(request, operation, path)) {
      continue;
    }
    if (entry.let_through > 0) {
      --entry.let_through;
      continue;
    }
    if (entry.probability < 1 && drawn(entry.random) >= entry.probability) {
      continue;
    }
    ++entry.matched;
    revision_.change();
    if (entry.left && --*entry.left == 0) {
      lasting_.fetch_sub(1, std::memory_order_relaxed);
    }
    faults.push_back(entry.fault);
  }
  return faults;
}

} // namespace flow::mock
