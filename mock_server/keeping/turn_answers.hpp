#pragma once

#include <functional>

#include "mock_server/http/http_message.hpp"
#include "mock_server/keeping/turn_queue.hpp"

/// Answers that are made within the turns of a replica, while no thread waits for them.
namespace flow::mock {

class Replica;

/// Within a turn.
using MakeAnswer = std::function<Response(const Request &)>;
/// Where what was done is not kept, or nobody knows.
using InsteadOfAnswer = std::function<Response(const Request &, const TurnEnd &)>;

/// The answer to a request, once it has had its turn and all that it has changed is in the store.
Response answer_in_turn(Replica &replica, const Scope &scope, const Request &request, MakeAnswer make,
                        InsteadOfAnswer instead);

/// An answer that waits for something, or a body that goes on: whenever it looks at the state, it does so
/// within a turn, and it looks several times a second, as others may have changed something. Any other answer
/// is as it was.
Response followed_in_turns(Replica &replica, const Scope &scope, Response response);

} // namespace flow::mock
