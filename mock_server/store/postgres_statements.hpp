#pragma once

#include <array>

#include "mock_server/store/postgres_connection.hpp"

namespace flow::mock::postgres {

// Of a turn: its transaction.
constexpr Statement kBegin = {"begin", "BEGIN ISOLATION LEVEL READ COMMITTED"};
constexpr Statement kBeginToRead = {"begin_to_read", "BEGIN ISOLATION LEVEL REPEATABLE READ, READ ONLY"};
constexpr Statement kCommit = {"commit", "COMMIT"};
constexpr Statement kRollback = {"rollback", "ROLLBACK"};

// Sandboxes.
constexpr Statement kNames = {"names", "SELECT organisation, name FROM flow_mock.sandbox ORDER BY 1, 2"};
constexpr Statement kLockAllBut = {"lock_all_but", "SELECT number, organisation, name FROM flow_mock.sandbox"
                                                   " WHERE digest <> $1 ORDER BY number FOR UPDATE"};
constexpr Statement kMake = {"make", "INSERT INTO flow_mock.sandbox (digest, organisation, name)"
                                     " VALUES ($1, $2, $3) ON CONFLICT DO NOTHING"};
constexpr Statement kUnmake = {"unmake", "DELETE FROM flow_mock.sandbox WHERE number = $1"};
constexpr Statement kLock = {
    "lock", "SELECT number, version, horizon FROM flow_mock.sandbox WHERE digest = $1 FOR UPDATE"};
constexpr Statement kRenumber = {"renumber",
                                 "UPDATE flow_mock.sandbox"
                                 " SET number = nextval('flow_mock.sandbox_number'), version = 0, horizon = 0"
                                 " WHERE digest = $1 RETURNING number"};
constexpr Statement kCount = {"count", "UPDATE flow_mock.sandbox SET version = $2,"
                                       " is_watched = CASE WHEN $3::bigint < 0 THEN is_watched"
                                       " ELSE $3::bigint > 0 END WHERE number = $1"};
constexpr Statement kUnmakeIfEmpty = {
    "unmake_if_empty", "DELETE FROM flow_mock.sandbox WHERE number = $1 AND"
                       " (SELECT kind FROM flow_mock.entity WHERE sandbox = $1 AND value IS NOT NULL"
                       " ORDER BY kind LIMIT 1) IS NULL"};

// What they consist of.
constexpr Statement kSince = {"since", "SELECT kind, key || rest, value FROM flow_mock.entity"
                                       " WHERE sandbox + 0 = $1 AND version > $2 ORDER BY kind, key, rest"};
/// One statement, so that all is of one moment; a row without an entity where there is none.
constexpr Statement kLookSince = {
    "look_since",
    "SELECT s.number, s.version, s.horizon, e.kind, e.key || e.rest, e.value FROM flow_mock.sandbox s"
    " LEFT JOIN flow_mock.entity e ON s.number = $2 AND s.horizon <= $3 AND e.sandbox + 0 = $2 AND e.version "
    "> $3"
    " WHERE s.digest = $1 ORDER BY e.kind, e.key, e.rest"};
/// A thousand at most, and a MiB but for the last.
constexpr Statement kSomeAfter = {
    "some_after",
    "SELECT kind, key, rest, value FROM"
    " (SELECT kind, key, rest, value,"
    " sum(octet_length(value)) OVER (ORDER BY kind, key, rest) - octet_length(value) AS before FROM"
    " (SELECT kind, key, rest, value FROM flow_mock.entity"
    " WHERE sandbox = $1 AND (kind, key) > ($2::bigint, $3) AND value IS NOT NULL"
    " ORDER BY kind, key LIMIT 1000) AS few) AS measured"
    " WHERE before < 1048576 ORDER BY kind, key, rest"};
constexpr Statement kOfLongKeys = {
    "of_long_keys",
    "SELECT kind, key, rest, value FROM flow_mock.entity"
    " WHERE sandbox = $1 AND kind = $2::bigint AND key = $3 AND value IS NOT NULL ORDER BY rest"};
constexpr Statement kPut = {"put",
                            "INSERT INTO flow_mock.entity (sandbox, kind, key, digest, rest, version, value)"
                            " VALUES ($1, $2::bigint, $3, $4, $5, $6, $7)"
                            " ON CONFLICT (sandbox, kind, key, digest) DO UPDATE"
                            " SET version = excluded.version, value = excluded.value"};
constexpr Statement kRemove = {
    "remove", "UPDATE flow_mock.entity SET value = NULL, version = $5"
              " WHERE sandbox = $1 AND kind = $2::bigint AND key = $3 AND digest = $4 AND value IS NOT NULL"};
constexpr Statement kForget = {
    "forget",
    "DELETE FROM flow_mock.entity WHERE (sandbox, kind, key, digest) IN"
    " (SELECT sandbox, kind, key, digest FROM flow_mock.entity"
    " WHERE 0 - sandbox = 0 - $1::bigint AND version <= $2 AND value IS NULL ORDER BY version LIMIT 20000)"};
constexpr Statement kForgotten = {"forgotten", "UPDATE flow_mock.sandbox SET horizon = $2 WHERE number = $1"};

// What is left of sandboxes that started over.
constexpr Statement kLeave = {"leave",
                              "INSERT INTO flow_mock.leftover (sandbox) SELECT $1::bigint"
                              " WHERE EXISTS (SELECT 1 FROM flow_mock.entity WHERE sandbox = $1::bigint)"
                              " AND NOT EXISTS (SELECT 1 FROM flow_mock.sandbox WHERE number = $1::bigint)"};
constexpr Statement kAnyLeftover = {"any_leftover", "SELECT sandbox FROM flow_mock.leftover LIMIT 1"};
constexpr Statement kTidy = {"tidy", "DELETE FROM flow_mock.entity WHERE (sandbox, kind, key, digest) IN"
                                     " (SELECT sandbox, kind, key, digest FROM flow_mock.entity"
                                     " WHERE sandbox = $1 LIMIT 1000)"};
constexpr Statement kTidied = {"tidied", "DELETE FROM flow_mock.leftover WHERE sandbox = $1 AND NOT EXISTS"
                                         " (SELECT 1 FROM flow_mock.entity WHERE sandbox = $1)"};

// Which commits were carried out.
constexpr Statement kCommitted = {"committed", "INSERT INTO flow_mock.turn (replica, number, at)"
                                               " VALUES ($1, $2, now()) ON CONFLICT (replica) DO UPDATE"
                                               " SET number = excluded.number, at = excluded.at"};
constexpr Statement kIsCommitted = {"is_committed",
                                    "SELECT 1 FROM flow_mock.turn WHERE replica = $1 AND number = $2"};
constexpr Statement kForgetCommits = {"forget_commits",
                                      "DELETE FROM flow_mock.turn WHERE at < now() - interval '1 day'"};

// Claims. What is locked by a turn is left to later, but for what is its own anyway.
constexpr Statement kOwn = {"own", "SELECT digest, organisation, name FROM flow_mock.sandbox"
                                   " WHERE is_watched AND claimant = $1 AND claimed_until > now()"
                                   " ORDER BY number LIMIT $2::bigint"};
constexpr Statement kClaimable = {"claimable",
                                  "SELECT digest, organisation, name FROM flow_mock.sandbox WHERE is_watched"
                                  " AND (claimant = $1 OR claimant IS NULL OR claimed_until <= now())"
                                  " ORDER BY CASE WHEN claimant = $1 THEN 0 ELSE 1 END, number"
                                  " LIMIT $2::bigint FOR UPDATE SKIP LOCKED"};
constexpr Statement kClaim = {"claim", "UPDATE flow_mock.sandbox SET claimant = $2,"
                                       " claimed_until = now() + $3::bigint * interval '1 millisecond'"
                                       " WHERE digest = $1"};
constexpr Statement kGiveBack = {"give_back",
                                 "UPDATE flow_mock.sandbox SET claimant = NULL, claimed_until = NULL"
                                 " WHERE claimant = $1"};

constexpr std::array kStatements = {
    kBegin,       kBeginToRead, kCommit,   kRollback,  kNames,         kLockAllBut,    kMake,
    kUnmake,      kLock,        kRenumber, kCount,     kUnmakeIfEmpty, kSince,         kLookSince,
    kSomeAfter,   kOfLongKeys,  kPut,      kRemove,    kForget,        kForgotten,     kLeave,
    kAnyLeftover, kTidy,        kTidied,   kCommitted, kIsCommitted,   kForgetCommits, kOwn,
    kClaimable,   kClaim,       kGiveBack,
};

} // namespace flow::mock::postgres
