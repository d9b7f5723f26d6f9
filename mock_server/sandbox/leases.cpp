#include "mock_server/sandbox/leases.hpp"

#include <algorithm>
#include <cctype>
#include <mutex>
#include <tuple>
#include <utility>

#include "mock_server/store/record.hpp"

namespace flow::mock {

namespace {

/// An organisation's id as the platform's are: 24 hexadecimal digits, "@AdobeOrg".
std::string organisation_of(std::string uuid) {
  constexpr std::size_t kDigits = 24;
  std::erase(uuid, '-');
  std::transform(uuid.begin(), uuid.end(), uuid.begin(),
                 [](unsigned char c) { return static_cast<char>(std::toupper(c)); });
  return uuid.substr(0, kDigits) + "@AdobeOrg";
}

} // namespace

std::optional<Lease> Leases::add(IdSource &ids, std::int64_t ttl_ms) {
  constexpr std::size_t kShort = 8;
  const std::string id = ids.uuid();
  Lease lease{.id = id,
              .organisation = organisation_of(ids.uuid()),
              .sandbox = "lease-" + id.substr(0, kShort),
              .token = "token-of-lease-" + ids.uuid(),
              .api_key = "key-of-lease-" + id.substr(0, kShort),
              .expires_at_ms = clock_.now_ms() + ttl_ms};
  const std::lock_guard lock(mutex_);
  const auto held = std::count_if(leases_.begin(), leases_.end(),
                                  [](const auto &entry) { return !entry.second.left_over; });
  if (static_cast<std::size_t>(held) >= most_) {
    return std::nullopt;
  }
  if (leases_.size() >= 2 * most_) { // as many that have expired: the first of them goes
    leases_.erase(std::min_element(leases_.begin(), leases_.end(), [](const auto &a, const auto &b) {
      return std::tuple(!a.second.left_over, a.second.expires_at_ms) <
             std::tuple(!b.second.left_over, b.second.expires_at_ms);
    }));
  }
  leases_.emplace(id, lease);
  ++revision_;
  return lease;
}

std::optional<Lease> Leases::find(std::string_view id) const {
  const std::shared_lock lock(mutex_);
  const auto found = leases_.find(id);
  return found == leases_.end() ? std::nullopt : std::optional(found->second);
}

std::vector<Lease> Leases::all() const {
  const std::shared_lock lock(mutex_);
  std::vector<Lease> all;
  for (const auto &[id, lease] : leases_) {
    all.push_back(lease);
  }
  return all;
}

bool Leases::remove(std::string_view id) {
  const std::lock_guard lock(mutex_);
  const auto found = leases_.find(id);
  if (found == leases_.end()) {
    return false;
  }
  leases_.erase(found);
  ++revision_;
  return true;
}

std::vector<Lease> Leases::expire() {
  const std::int64_t now_ms = clock_.now_ms();
  std::vector<Lease> expired;
  const std::lock_guard lock(mutex_);
  revision_ += std::erase_if(leases_, [&](const auto &entry) {
    return entry.second.left_over && entry.second.expires_at_ms + kReadableMs <= now_ms;
  });
  for (auto &[id, lease] : leases_) {
    if (!lease.left_over && lease.expires_at_ms <= now_ms) {
      lease.left_over = contract::Json::object(); // until it is known: nobody else takes it for a new one
      expired.push_back(lease);
      ++revision_;
    }
  }
  return expired;
}

void Leases::set_left_over(std::string_view id, contract::Json left_over) {
  const std::lock_guard lock(mutex_);
  if (const auto found = leases_.find(id); found != leases_.end()) {
    found->second.left_over = std::move(left_over);
    ++revision_;
  }
}

std::map<std::string, std::string> Leases::kept() const {
  std::map<std::string, std::string> records;
  const std::shared_lock lock(mutex_);
  for (const auto &[id, lease] : leases_) {
    RecordWriter record;
    record.text(id)
        .text(lease.organisation)
        .text(lease.sandbox)
        .text(lease.token)
        .text(lease.api_key)
        .signed_number(lease.expires_at_ms)
        .text(lease.left_over
                  ? lease.left_over->dump(-1, ' ', false, contract::Json::error_handler_t::replace)
                  : "");
    records.emplace(id, record.take());
  }
  return records;
}

void Leases::put_kept(std::string_view bytes) {
  RecordReader record(bytes);
  Lease lease;
  for (std::string *text : {&lease.id, &lease.organisation, &lease.sandbox, &lease.token, &lease.api_key}) {
    *text = record.text();
  }
  lease.expires_at_ms = record.signed_number();
  if (const std::string_view left_over = record.text(); !left_over.empty()) {
    lease.left_over = contract::Json::parse(left_over, nullptr, false);
    if (lease.left_over->is_discarded()) {
      throw BadRecord("a lease is damaged");
    }
  }
  record.end();
  const std::lock_guard lock(mutex_);
  ++revision_;
  const std::string id = lease.id;
  leases_.insert_or_assign(id, std::move(lease));
}

bool Leases::has(std::string Lease::*member, std::string_view name) const {
  const std::int64_t now_ms = clock_.now_ms();
  const std::shared_lock lock(mutex_);
  return std::any_of(leases_.begin(), leases_.end(), [&](const auto &entry) {
    return entry.second.*member == name && now_ms < entry.second.expires_at_ms;
  });
}

} // namespace flow::mock
