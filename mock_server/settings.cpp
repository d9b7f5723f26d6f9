#include "mock_server/settings.hpp"

#include <filesystem>
#include <stdexcept>
#include <system_error>
#include <utility>

#include "common/http_sender.hpp"
#include "common/whole_file.hpp"
#include "mock_server/admin/guard.hpp"
#include "mock_server/store/postgres_store.hpp"
#include "mock_server/store/sqlite_store.hpp"

namespace flow::mock {

namespace {

using flow_mock::Error;

constexpr std::int64_t kDeterministicTimeMs = 1767225600000; // 2026-01-01T00:00:00Z

Seed seed_of(const flow_mock::Settings &given) {
  const std::uint64_t most_runs = given.limits.runs;
  if (given.seed_files.empty()) {
    const Seed &seed = built_in_seed();
    if (seed.run_count() > most_runs) {
      throw Error("--max-runs: the built-in seed alone has " + std::to_string(seed.run_count()) +
                  " runs; give at least that, or a --seed");
    }
    return seed;
  }
  try {
    return read_seed_files(given.seed_files, most_runs);
  } catch (const SeedError &error) {
    throw Error(std::string("--seed ") + error.what());
  }
}

void allow(Allow &allow, const flow_mock::Allowed &more) {
  const auto add = [](std::vector<std::string> &to, const std::vector<std::string> &names) {
    to.insert(to.end(), names.begin(), names.end());
  };
  add(allow.tokens, more.tokens);
  add(allow.api_keys, more.api_keys);
  add(allow.organisations, more.organisations);
  add(allow.sandboxes, more.sandboxes);
}

void check_strict(const Allow &allow) {
  // Tokens need not be named: those that /ims/token/v3 gives out pass.
  if (allow.api_keys.empty() || allow.organisations.empty() || allow.sandboxes.empty()) {
    throw Error("--strict accepts nobody until an api-key, an org and a sandbox are allowed: name them with "
                "--allow KIND=NAME or in the seed's \"allow\"");
  }
}

contract::Reading reading_of(const std::vector<std::string> &choices) {
  try {
    return contract::Reading::of(choices);
  } catch (const contract::UnknownChoice &error) {
    throw Error(std::string("--reading: ") + error.what());
  }
}

void check_authorities(const std::string &ca_file) {
  try {
    const HttpSender reads_it(ca_file);
  } catch (const std::invalid_argument &error) {
    throw Error(std::string("--ca-file: ") + error.what());
  }
}

/// What a file holds, without white space at its end.
std::string key_in(const std::string &file) {
  constexpr std::size_t kLeastBytes = 32;
  constexpr std::size_t kMostBytes = 4096;
  const auto refusal = [&](const std::string &reason) {
    std::error_code ignored;
    const std::string made = std::filesystem::exists(file, ignored) ? "another-file" : file;
    return Error("--token-key-file: " + reason + "; make one with: head -c 32 /dev/urandom | base64 > " +
                 made);
  };
  std::string key;
  try {
    key = read_whole(file, kMostBytes);
  } catch (const FileError &error) {
    throw refusal(error.what());
  }
  key.erase(key.find_last_not_of(" \t\r\n") + 1);
  if (key.size() < kLeastBytes) {
    throw refusal("the file " + file + " has fewer than 32 bytes, white space at its end aside");
  }
  return key;
}

bool is_shared(std::string_view store) {
  return store.starts_with("postgresql://") || store.starts_with("postgres://");
}

} // namespace

Settings settings_of(const flow_mock::Settings &given) {
  const flow_mock::Limits &limits = given.limits;
  Settings settings{.seed = seed_of(given)};
  allow(settings.seed.allow, given.allowed);
  if (given.strict) {
    check_strict(settings.seed.allow);
  }
  settings.strict = given.strict;
  settings.schedules = given.schedules;
  if (given.run_duration) {
    settings.seed.defaults.duration_ms = given.run_duration->count();
  }
  settings.reading = reading_of(given.readings);
  settings.deterministic = given.deterministic;
  if (given.deterministic) {
    settings.frozen_at_ms = kDeterministicTimeMs;
  }
  settings.control = {.enabled = !given.admin_token.empty() || admin::is_loopback(given.host),
                      .token = given.admin_token,
                      .host = given.host};
  settings.limits = {.sandboxes = limits.sandboxes,
                     .runs = limits.runs,
                     .webhooks = limits.webhooks,
                     .tokens = limits.tokens};
  settings.journal_size = {.exchanges = limits.journal_requests, .bytes = limits.journal_bytes};
  check_authorities(given.ca_file);
  settings.ca_file = given.ca_file;
  settings.token_key = given.token_key_file.empty() ? "" : key_in(given.token_key_file);
  settings.store = is_shared(given.store) ? "postgresql" : given.store.substr(0, given.store.find(':'));
  settings.is_journal_durable = given.durable_journal.value_or(is_shared(given.store));
  return settings;
}

std::unique_ptr<SharedStore> shared_store_of(const flow_mock::Settings &given) {
  if (!is_shared(given.store)) {
    return nullptr;
  }
  try {
    return postgres_store(given.store);
  } catch (const StoreError &error) {
    throw flow_mock::Error(std::string("--store: ") + error.what());
  }
}

std::unique_ptr<Store> store_of(const flow_mock::Settings &given) {
  constexpr std::string_view kSqlite = "sqlite:";
  if (given.store == "memory") {
    return nullptr;
  }
  if (!given.store.starts_with(kSqlite)) {
    throw flow_mock::Error("--store '" + given.store + "' is none of memory, sqlite:FILE and postgresql://…");
  }
  try {
    const std::string file = given.store.substr(kSqlite.size());
    if (file == ":memory:" || file.empty()) {
      throw StoreError("sqlite: needs the name of a file behind it; --store memory keeps nothing");
    }
    return sqlite_store(file);
  } catch (const StoreError &error) {
    throw flow_mock::Error(std::string("--store: ") + error.what());
  }
}

} // namespace flow::mock
