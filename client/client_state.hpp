#pragma once

#include <optional>
#include <string>
#include <utility>

#include "client/answer_error.hpp"
#include "client/caller.hpp"

namespace flow::client {

/// What a client shares with its listings and documents: how calls are sent, and what is expected of answers.
struct ClientState {
  Caller caller;

  /// What `read` finds in the answer to a call that reads.
  template <typename Found>
  Found ask(const Call &call, std::optional<Found> (*read)(const std::string &answer),
            const std::string &what) const {
    const Response answer = caller.perform(call);
    auto found = read(answer.body);
    if (!found) {
      throw malformed_answer(answer, "the server's answer holds no " + what +
                                         "; is the base URL that of Flow Service?");
    }
    return *std::move(found);
  }

  /// What a call that changes something has made, of which the answer names `what`. Throws MayHaveHappened.
  template <typename Made>
  Made change(const Call &call, std::optional<Made> (*read)(const std::string &answer),
              const std::string &what) const {
    const auto since = caller.clock().today();
    const Response answer = caller.perform(call);
    if (auto made = read(answer.body)) {
      return *std::move(made);
    }
    throw MayHaveHappened{malformed_answer(answer, "the server accepted, but its answer names no " + what),
                          since};
  }
};

} // namespace flow::client
