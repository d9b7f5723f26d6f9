#pragma once

#include <cstddef>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "contracts/model/contract.hpp"
#include "mock_server/http/http_message.hpp"
#include "mock_server/journal/secret_values.hpp"

/// What of texts may be kept and shown: no secrets, and no more than so many bytes. Secrets are known by
/// their names, by their values, and by what stands before them ("Bearer …", "https://…@"). Each function
/// appends to `kept`, whose memory is used again, and returns whether something was cut off.
namespace flow::mock {

/// Stands in the place of what is not kept.
inline constexpr std::string_view kNotKept = "(not kept)";

/// A request's own credentials, beside the known ones: what its headers hold whose names or forms are those
/// of secrets. Points into the request. The names of its sandbox and organisation are none.
SecretValues secrets_of(const Request &request, const KnownSecrets &known);

/// A plain text: a method, a path, a message.
bool keep_text(std::string &kept, std::string_view text, const SecretValues &secrets, std::size_t bytes);

/// Lines of "name: value", without those that are longer than what `kept` may still grow to.
bool keep_headers(std::string &kept, std::span<const HeaderField> fields, const SecretValues &secrets,
                  std::size_t bytes);
bool keep_headers(std::string &kept, const std::vector<std::pair<std::string, std::string>> &fields,
                  const SecretValues &secrets, std::size_t bytes);

/// Path and query, without the origin, which may hold a password. `no_query`: of the query nothing.
bool keep_target(std::string &kept, std::string_view target, bool no_query, const SecretValues &secrets,
                 std::size_t bytes);

/// A body: JSON or a form without the values of members with such names; of what is neither nothing, where it
/// speaks of secrets.
bool keep_body(std::string &kept, std::string_view body, const SecretValues &secrets, std::size_t bytes);

/// JSON as it may be shown, whole: without secrets by their names, and without known ones.
contract::Json without_secrets(const contract::Json &json, const KnownSecrets &known);

} // namespace flow::mock
