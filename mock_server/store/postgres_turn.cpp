#include "mock_server/store/postgres_turn.hpp"

#include <algorithm>
#include <limits>
#include <stdexcept>
#include <string_view>
#include <thread>
#include <tuple>
#include <type_traits>

#include <openssl/sha.h>

namespace flow::mock::postgres {

StoredName name_of(const Result &rows, int row, int column) {
  return {.organisation = std::string(rows.bytes(row, column)),
          .sandbox = std::string(rows.bytes(row, column + 1))};
}

namespace {

constexpr std::size_t kInKey = 512; ///< bytes of an entity's key; PostgreSQL's indexes take 2,700 in all
/// Results to come, or bytes sent, at which a commit waits for what has come of it so far.
constexpr std::size_t kAtOnce = 1000;
constexpr std::size_t kBytesAtOnce = 1U << 20U;

std::string digest_of(std::string_view bytes) {
  std::string digest(SHA256_DIGEST_LENGTH, '\0');
  SHA256(reinterpret_cast<const unsigned char *>(bytes.data()), bytes.size(),
         reinterpret_cast<unsigned char *>(digest.data()));
  return digest;
}

std::string digest_of(const StoredName &name) {
  return digest_of(std::to_string(name.organisation.size()) + ":" + name.organisation + name.sandbox);
}

/// A key as the table has it.
struct SplitKey {
  explicit SplitKey(std::string_view whole)
      : key(whole.substr(0, kInKey)), rest(whole.substr(key.size())),
        digest(rest.empty() ? "" : digest_of(rest)) {}
  std::string_view key;
  std::string_view rest;
  std::string digest;
};

EntityKind kind_of(std::int64_t number) {
  if (number < 0 || number > std::numeric_limits<std::underlying_type_t<EntityKind>>::max()) {
    throw Error("it has things of a kind that no flow-mock knows", Error::Connection::lasts);
  }
  return static_cast<EntityKind>(number);
}

void require_order(bool is_in_order) {
  if (!is_in_order) {
    throw Error("an index of its tables is damaged: REINDEX them", Error::Connection::lasts); // never endless
  }
}

/// The first `count` of rows (kind, key, rest, value), which come after a place, which moves on.
void add_after(std::vector<EntityChange> &entities, Place &place, const Result &rows, int count) {
  for (int row = 0; row < count; ++row) {
    const std::tuple next(rows.number(row, 0), rows.bytes(row, 1), rows.bytes(row, 2));
    require_order(std::tuple(place.kind, std::string_view(place.key), std::string_view(place.rest)) < next);
    std::tie(place.kind, place.key, place.rest) = next;
    entities.push_back({.kind = kind_of(place.kind),
                        .key = place.key + place.rest,
                        .value = std::string(rows.bytes(row, 3))});
  }
}

/// From columns (kind, key, value) on.
void add_entity(std::vector<EntityChange> &entities, const Result &rows, int row, int column) {
  EntityChange entity{.kind = kind_of(rows.number(row, column)),
                      .key = std::string(rows.bytes(row, column + 1)),
                      .value = std::nullopt};
  if (!rows.is_null(row, column + 2)) {
    entity.value = rows.bytes(row, column + 2);
  }
  require_order(entities.empty() ||
                std::tie(entities.back().kind, entities.back().key) < std::tie(entity.kind, entity.key));
  entities.push_back(std::move(entity));
}

} // namespace

Held::Held(const Wanted &wanted)
    : name(wanted.sandbox), digest(digest_of(wanted.sandbox)), known(wanted.known),
      is_locked(wanted.is_locked), is_made(wanted.is_locked && wanted.known.number == 0) {}

void PostgresTurn::begin(std::span<const Wanted> wanted) {
  constexpr int kTries = 10;
  for (const Wanted &of : wanted) {
    held_.emplace_back(of);
  }
  for (int tried = 1;; ++tried) {
    const bool locks = std::any_of(held_.begin(), held_.end(), [](const Held &of) { return of.is_locked; });
    connection().send(locks ? kBegin : kBeginToRead);
    is_begun_ = true;
    if (look()) {
      return;
    }
    end();
    if (tried == kTries) {
      throw Error("others make and remove a sandbox all the time", Error::Connection::lasts);
    }
  }
}

void PostgresTurn::begin_all(const std::function<StoredVersion(const StoredName &)> &known) {
  const std::string whole = digest_of(StoredName());
  connection().send(kBegin);
  is_begun_ = true;
  std::vector<std::pair<std::int64_t, StoredName>> found;
  std::vector<std::pair<std::int64_t, StoredName>> before;
  do { // until none was made while others were waited for
    before = std::exchange(found, {});
    const std::size_t earlier = connection().pending();
    connection().send(kLockAllBut, whole);
    connection().end_group();
    connection().pass(earlier);
    const Result rows = connection().next();
    connection().pass();
    for (int row = 0; row < rows.rows(); ++row) {
      found.emplace_back(rows.number(row, 0), name_of(rows, row, 1));
    }
    std::sort(found.begin(), found.end());
  } while (found != before);
  found.emplace_back(0, StoredName());
  for (const auto &[number, name] : found) {
    held_.emplace_back(Wanted{.sandbox = name, .known = known(name), .is_locked = true});
    held_.back().is_made = number == 0;
  }
  if (!look()) {
    throw Error("a sandbox is gone that was locked", Error::Connection::lasts);
  }
}

Held &PostgresTurn::held(const StoredName &sandbox) {
  const auto found =
      std::find_if(held_.begin(), held_.end(), [&](const Held &of) { return of.name == sandbox; });
  if (found == held_.end()) {
    throw std::logic_error("a sandbox that is none of the turn's");
  }
  return *found;
}

bool PostgresTurn::look() {
  const std::size_t earlier = connection().pending();
  for (const Held &of : held_) {
    ask(of);
  }
  connection().end_group();
  connection().pass(earlier);
  news_.clear();
  for (Held &of : held_) {
    hear(of);
  }
  connection().pass();
  bool all_there = true;
  for (Held &of : held_) {
    if (of.is_locked && of.stored.number == 0) {
      of.is_made = true;
      all_there = false;
    }
  }
  return all_there;
}

void PostgresTurn::ask(const Held &held) const {
  const auto number = static_cast<std::int64_t>(held.known.number);
  const auto version = static_cast<std::int64_t>(held.known.version);
  if (!held.is_locked) {
    connection().send(kLookSince, held.digest, number, version);
    return;
  }
  if (held.is_made) {
    connection().send(kMake, held.digest, held.name.organisation, held.name.sandbox);
  }
  connection().send(kLock, held.digest);
  if (number != 0) {
    connection().send(kSince, number, version);
  }
}

void PostgresTurn::hear(Held &held) {
  if (held.is_locked && held.is_made) {
    held.is_made = connection().next().changed() > 0;
  }
  const Result rows = connection().next();
  std::uint64_t horizon = 0;
  held.stored = {};
  if (rows.rows() > 0) {
    held.stored = {.number = static_cast<std::uint64_t>(rows.number(0, 0)),
                   .version = static_cast<std::uint64_t>(rows.number(0, 1))};
    horizon = static_cast<std::uint64_t>(rows.number(0, 2));
  }
  News news{.sandbox = held.name, .version = held.stored.version == 0 ? StoredVersion{} : held.stored};
  // Where the store was put back to an earlier state, more is known than there is.
  news.is_other = news.version.number != held.known.number || held.known.version < horizon ||
                  held.known.version > news.version.version;
  if (held.is_locked && held.known.number != 0) {
    const Result since = connection().next();
    for (int row = 0; row < since.rows() && !news.is_other; ++row) {
      add_entity(news.entities, since, row, 0);
    }
  }
  if (!held.is_locked) {
    for (int row = 0; row < rows.rows() && !rows.is_null(row, 3) && !news.is_other; ++row) {
      add_entity(news.entities, rows, row, 3);
    }
  }
  news_.push_back(std::move(news));
}

/// What comes of it nobody waits for.
void PostgresTurn::end() {
  if (std::exchange(is_begun_, false)) {
    connection().send(kRollback);
    connection().end_group();
    connection().ignore();
  }
}

void PostgresTurn::read(const StoredName &sandbox, const std::function<void(EntityChange)> &take) {
  const Held &of = held(sandbox);
  if (!of.is_locked &&
      std::any_of(held_.begin(), held_.end(), [](const Held &other) { return other.is_locked; })) {
    return read_apart(sandbox, take);
  }
  Place place{.sandbox = static_cast<std::int64_t>(of.stored.number)};
  std::vector<EntityChange> some;
  do {
    some = common_.failing("read", [&] { return after(place); });
    for (EntityChange &entity : some) {
      take(std::move(entity));
    }
  } while (!some.empty());
}

/// Some entities after a place, which moves on; none: there are no more.
std::vector<EntityChange> PostgresTurn::after(Place &place) const {
  connection().send(kSomeAfter, place.sandbox, place.kind, place.key);
  connection().end_group();
  const Result rows = connection().next();
  connection().pass();
  std::vector<EntityChange> found;
  int row = rows.rows() - 1;
  // Of long keys that begin alike there may be more, and not these first.
  const bool ends_long = row >= 0 && rows.bytes(row, 1).size() >= kInKey;
  while (ends_long && row >= 0 && rows.number(row, 0) == rows.number(rows.rows() - 1, 0) &&
         rows.bytes(row, 1) == rows.bytes(rows.rows() - 1, 1)) {
    --row;
  }
  add_after(found, place, rows, row + 1);
  if (ends_long) {
    connection().send(kOfLongKeys, place.sandbox, rows.number(row + 1, 0), rows.bytes(row + 1, 1));
    connection().end_group();
    const Result alike = connection().next();
    connection().pass();
    add_after(found, place, alike, alike.rows());
  }
  return found;
}

/// Of another moment than the turn's transaction would see it in, in which it would be several.
void PostgresTurn::read_apart(const StoredName &sandbox,
                              const std::function<void(EntityChange)> &take) const {
  const auto turn = common_.failing("read", [&] {
    auto made = std::make_unique<PostgresTurn>(common_, common_.sessions.take_beyond());
    const Wanted wanted{.sandbox = sandbox};
    made->begin(std::span(&wanted, 1));
    return made;
  });
  turn->read(sandbox, take);
}

std::vector<StoredVersion> PostgresTurn::commit(std::span<const SandboxChanges> changes) {
  if (changes.empty()) {
    common_.failing("end a change", [&] { end(); });
    return {};
  }
  const std::string replica = lease_->replica;
  const std::int64_t number = ++lease_->commits;
  if (const std::optional<Error> error = failure_to_keep(changes)) {
    is_begun_ = false;
    lease_.close(); // so that the server ends what it does for it
    const bool is_unsure = may_be_committed_ && error->connection != Error::Connection::lasts;
    if (!is_unsure || !find_out(replica, number)) {
      throw StoreFailure(common_.failure("keep changes", error->what()));
    }
  }
  std::vector<StoredVersion> versions;
  for (const SandboxChanges &of_sandbox : changes) {
    const Held &of = held(of_sandbox.sandbox);
    versions.push_back(of.is_gone
                           ? StoredVersion{}
                           : StoredVersion{.number = of.stored.number, .version = of.stored.version + 1});
  }
  return versions;
}

std::optional<Error> PostgresTurn::failure_to_keep(std::span<const SandboxChanges> changes) {
  try {
    keep(changes);
    return std::nullopt;
  } catch (const Error &error) {
    return error;
  } catch (const std::bad_alloc &) {
    return Error("there is not enough memory", Error::Connection::is_lost);
  }
}

void PostgresTurn::keep(std::span<const SandboxChanges> changes) {
  for (const SandboxChanges &of_sandbox : changes) {
    change(held(of_sandbox.sandbox), of_sandbox);
  }
  const std::size_t earlier = connection().pending();
  for (const Held &of : held_) {
    send_ends(of);
  }
  connection().send(kCommitted, lease_->replica, lease_->commits);
  connection().send(kAnyLeftover);
  may_be_committed_ = true;
  connection().send(kCommit);
  connection().end_group();
  connection().pass(earlier);
  for (Held &of : held_) {
    hear_ends(of);
  }
  connection().next();
  const Result leftover = connection().next();
  if (connection().next().done() != "COMMIT") {
    throw Error("the server did not carry it out", Error::Connection::lasts);
  }
  connection().pass();
  is_begun_ = false;
  tidy(leftover);
}

void PostgresTurn::change(Held &held, const SandboxChanges &changes) {
  if (!held.is_locked) {
    throw std::logic_error("a sandbox is changed that is not locked");
  }
  if (changes.starts_over && (held.is_changed || held.stored.version > 0)) {
    start_over(held);
  }
  held.is_changed = true;
  held.is_less = held.is_less || held.stored.version == 0;
  if (changes.is_watched) {
    held.watched = *changes.is_watched ? 1 : 0;
  }
  for (const EntityChange &entity : changes.entities) {
    put(held, entity);
    held.is_less = !entity.value;
  }
}

void PostgresTurn::start_over(Held &held) const {
  const std::size_t earlier = connection().pending();
  connection().send(kRenumber, held.digest);
  connection().send(kLeave, static_cast<std::int64_t>(held.stored.number));
  connection().end_group();
  connection().pass(earlier);
  held.stored = {.number = static_cast<std::uint64_t>(connection().next().number(0, 0)), .version = 0};
  connection().pass();
  held.is_less = true;
}

void PostgresTurn::put(const Held &held, const EntityChange &entity) {
  const auto number = static_cast<std::int64_t>(held.stored.number);
  const auto version = static_cast<std::int64_t>(held.stored.version + 1);
  const auto kind = static_cast<std::int64_t>(entity.kind);
  const SplitKey key(entity.key);
  if (entity.value) {
    connection().send(kPut, number, kind, key.key, key.digest, key.rest, version, *entity.value);
    bytes_sent_ += entity.value->size();
  } else {
    connection().send(kRemove, number, kind, key.key, key.digest, version);
  }
  bytes_sent_ += entity.key.size();
  if (connection().pending() >= kAtOnce || bytes_sent_ >= kBytesAtOnce) {
    connection().end_group();
    connection().pass();
    bytes_sent_ = 0;
  }
}

/// What is done at the end for a sandbox; each of its statements has a result in hear_ends().
void PostgresTurn::send_ends(const Held &held) const {
  const auto number = static_cast<std::int64_t>(held.stored.number);
  const auto version = static_cast<std::int64_t>(held.stored.version + 1);
  if (!held.is_changed && held.is_made) {
    connection().send(kUnmake, number);
  }
  if (!held.is_changed) {
    return;
  }
  if (held.is_less) {
    connection().send(kUnmakeIfEmpty, number);
    connection().send(kLeave, number);
  }
  connection().send(kCount, number, version, held.watched);
  if (is_forgetful(held)) {
    const std::int64_t horizon = version - common_.options.purged_after;
    connection().send(kForget, number, horizon);
    connection().send(kForgotten, number, horizon);
  }
}

void PostgresTurn::hear_ends(Held &held) const {
  if (!held.is_changed && held.is_made) {
    connection().next();
  }
  if (!held.is_changed) {
    return;
  }
  if (held.is_less) {
    held.is_gone = connection().next().changed() > 0;
    connection().next();
  }
  connection().next();
  connection().pass(is_forgetful(held) ? 2 : 0);
}

/// Whether a commit removes what tells of things that have been gone for long.
bool PostgresTurn::is_forgetful(const Held &held) const {
  const auto version = static_cast<std::int64_t>(held.stored.version + 1);
  return version % common_.options.purged_every == 0 && version > common_.options.purged_after;
}

/// Few rows a commit, as a large sandbox has more than others want to wait for; after it, so that nobody
/// waits for the locks that it has.
void PostgresTurn::tidy(const Result &leftover) const {
  if (leftover.rows() == 0) {
    return;
  }
  try {
    const std::int64_t number = leftover.number(0, 0);
    for (const Statement &statement : {kTidy, kTidied}) {
      connection().send(statement, number);
      connection().end_group();
    }
    connection().ignore();
  } catch (const Error &) { // NOLINT(bugprone-empty-catch): what was to be kept is
  }
}

/// Whether a commit was carried out.
bool PostgresTurn::find_out(const std::string &replica, std::int64_t number) {
  using std::chrono::milliseconds;
  constexpr milliseconds kPause{50};
  constexpr Connection::Patience kPatience{.connecting = std::chrono::seconds(2), .is_firm = true};
  const auto deadline = std::chrono::steady_clock::now() + common_.options.finding_out;
  PostgresOptions options = common_.options;
  std::string why;
  do {
    const auto left = std::chrono::ceil<milliseconds>(deadline - std::chrono::steady_clock::now());
    options.answer = std::clamp(left, milliseconds(1), common_.options.answer);
    try {
      Session session(common_.url, options, kPatience, kStatements);
      return is_committed(session, replica, number);
    } catch (const std::exception &error) { // also where there is no memory for it
      why = error.what();
    }
    std::this_thread::sleep_for(kPause);
  } while (std::chrono::steady_clock::now() < deadline);
  throw OutcomeUnknown("whether the store " + common_.name +
                       " has kept changes cannot be found out, as its connection was lost: " + why);
}

/// Who has the lock that the turn had knows that it has ended.
bool PostgresTurn::is_committed(Session &session, const std::string &replica, std::int64_t number) {
  Connection &other = session.connection;
  const auto locked = std::find_if(held_.begin(), held_.end(), [](const Held &of) { return of.is_locked; });
  other.send(kBegin);
  if (locked != held_.end()) {
    other.send(kMake, locked->digest, locked->name.organisation, locked->name.sandbox);
    other.send(kLock, locked->digest);
  }
  const std::size_t earlier = other.pending();
  other.send(kIsCommitted, replica, number);
  for (const Held &of : held_) {
    other.send(kLookSince, of.digest, std::int64_t{0}, std::int64_t{0});
  }
  other.send(kRollback);
  other.end_group();
  other.pass(earlier);
  const bool is_committed = other.next().rows() > 0;
  for (Held &of : held_) {
    const Result rows = other.next();
    of.is_gone = rows.rows() == 0 || rows.number(0, 0) != static_cast<std::int64_t>(of.stored.number);
  }
  other.pass();
  return is_committed;
}

} // namespace flow::mock::postgres
