"""The checker of histories, held against histories of which it is known whether they are right. Prints TAP.

usage: linearizability_test.py [SEED]
"""
import dataclasses
import itertools
import random
import sys
import time
import traceback
from collections.abc import Callable, Hashable, Iterable, Sequence
from typing import Any

from linearizability import Model, Operation, Undecided, violation
from sandbox_models import FaultWithTimes, Group, Lease, Outcome, Scripted, Sum, Versioned, etags_read, states_read

SEED = int(sys.argv[1]) if len(sys.argv) > 1 else 15
NOBODY_KNOWS = None
LONGEST_S = 60

History = Sequence[Operation]


def op(client: int, invoked: int, returned: int | None, request: Hashable, answer: Hashable = NOBODY_KNOWS) -> Operation:
    return Operation(client, invoked, returned, request, answer)


def versioned(history: History) -> Versioned:
    return Versioned("e0", "v0", etags_read(history))


def scripted(*script: Outcome) -> Callable[[History], Scripted]:
    return lambda history: Scripted(script, states_read(history))


def always(model: Model[Any]) -> Callable[[History], Model[Any]]:
    return lambda _: model


@dataclasses.dataclass(frozen=True)
class Pair:
    """A right history, and a wrong one, which has something else in one place."""

    name: str
    model: Callable[[History], Model[Any]]
    right: History
    place: int
    wrong: dict[str, Any]

    def wrong_history(self) -> History:
        changed = list(self.right)
        changed[self.place] = dataclasses.replace(changed[self.place], **self.wrong)
        return changed


NAMED = scripted(Outcome("failed", "a"), Outcome("success", "b"), Outcome("failed", "c"))
UNNAMED = scripted(Outcome("failed"), Outcome("success"), Outcome("partialSuccess"))
READ, RETRY, ASK, LIST = ("read",), ("retry",), ("ask",), ("list",)


def change(if_match: str, value: str) -> Hashable:
    return ("change", if_match, value)


def add(by: int) -> Hashable:
    return ("add", by, True)


COUNTED = ("add", 1, False)

PAIRS = [
    Pair(
        "a stale read",
        versioned,
        [op(1, 0, 10, change("e0", "v1"), ("changed", "e1")), op(2, 20, 30, READ, ("e1", "v1"))],
        1,
        {"answer": ("e0", "v0")},
    ),
    Pair(
        "a read during a change may be early, one after it may not",
        versioned,
        [op(1, 0, 10, change("e0", "v1"), ("changed", "e1")), op(2, 5, 30, READ, ("e0", "v0"))],
        1,
        {"invoked": 11},
    ),
    Pair(
        "a read of what nobody has written",
        versioned,
        [op(1, 0, 10, change("e0", "v1"), ("changed", "e1")), op(2, 20, 30, READ, ("e1", "v1"))],
        1,
        {"answer": ("e1", "v2")},
    ),
    Pair(
        "a read that goes back in time",
        versioned,
        [
            op(1, 0, 100, change("e0", "v1"), ("changed", "e1")),
            op(2, 10, 20, READ, ("e1", "v1")),
            op(3, 30, 40, READ, ("e1", "v1")),
        ],
        2,
        {"answer": ("e0", "v0")},
    ),
    Pair(
        "a lost update",
        versioned,
        [
            op(1, 0, 10, change("e0", "v1"), ("changed", "e1")),
            op(2, 20, 30, change("e1", "v2"), ("changed", "e2")),
            op(3, 40, 50, READ, ("e2", "v2")),
        ],
        1,
        {"request": change("e0", "v2")},
    ),
    Pair(
        "two winners of one etag",
        versioned,
        [
            op(1, 0, 10, change("e0", "v1"), ("changed", "e1")),
            op(2, 0, 10, change("e0", "v2"), ("refused",)),
            op(3, 0, 10, change("e0", "v3"), ("refused",)),
        ],
        2,
        {"answer": ("changed", "e3")},
    ),
    Pair(
        "no winner of an etag",
        versioned,
        [op(1, 0, 10, change("e0", "v1"), ("changed", "e1")), op(2, 0, 10, change("e0", "v2"), ("refused",))],
        0,
        {"answer": ("refused",)},
    ),
    Pair(
        "an etag that stays the same",
        versioned,
        [op(1, 0, 10, change("e0", "v1"), ("changed", "e1"))],
        0,
        {"answer": ("changed", "e0")},
    ),
    Pair(
        "an acknowledged write gone",
        versioned,
        [
            op(1, 0, 10, change("e0", "v1"), ("changed", "e1")),
            op(2, 20, 30, change("e1", "v2"), ("changed", "e2")),
            op(3, 40, 50, READ, ("e2", "v2")),
        ],
        2,
        {"answer": ("e1", "v1")},
    ),
    Pair(
        "an unknown change may have been made, and is made only where its etag fits",
        versioned,
        [
            op(1, 0, None, change("e0", "v1")),
            op(2, 20, 30, READ, ("e0", "v0")),
            op(2, 40, 50, READ, ("e1", "v1")),
            op(2, 60, 70, change("e1", "v2"), ("changed", "e2")),
        ],
        0,
        {"request": change("e9", "v1")},
    ),
    Pair(
        "an unknown change that is seen before it began",
        versioned,
        [op(1, 0, None, change("e0", "v1")), op(2, 20, 30, READ, ("e1", "v1"))],
        0,
        {"invoked": 31},
    ),
    Pair(
        "an unknown change that comes and goes",
        versioned,
        [
            op(1, 0, None, change("e0", "v1")),
            op(2, 20, 30, READ, ("e1", "v1")),
            op(2, 40, 50, READ, ("e1", "v1")),
        ],
        2,
        {"answer": ("e0", "v0")},
    ),
    Pair(
        "an outcome taken twice",
        NAMED,
        [op(1, 0, 10, RETRY, ("made", "a")), op(2, 0, 10, RETRY, ("made", "b"))],
        1,
        {"answer": ("made", "a")},
    ),
    Pair(
        "an outcome skipped",
        NAMED,
        [op(1, 0, 10, RETRY, ("made", "a")), op(2, 20, 30, RETRY, ("made", "b"))],
        1,
        {"answer": ("made", "c")},
    ),
    Pair(
        "outcomes in another order than the answers",
        NAMED,
        [op(1, 0, 10, RETRY, ("made", "b")), op(2, 5, 30, RETRY, ("made", "a"))],
        1,
        {"invoked": 11},
    ),
    Pair(
        "a script that does not end",
        scripted(Outcome("failed")),
        [
            op(1, 0, 10, RETRY, ("made", "x")),
            op(2, 20, 30, RETRY, ("made", "y")),
            op(1, 40, 50, ("run", "y"), "success"),
        ],
        2,
        {"answer": "failed"},
    ),
    Pair(
        "a run that is there before it was asked for",
        NAMED,
        [op(1, 0, 10, RETRY, ("made", "a")), op(2, 5, 30, ("run", "a"), "failed")],
        0,
        {"invoked": 31, "returned": 40},
    ),
    Pair(
        "a run in the place of an acknowledged one",
        UNNAMED,
        [
            op(1, 0, 10, RETRY, ("made", "x")),
            op(1, 20, 30, RETRY, ("made", "y")),
            op(2, 40, 50, LIST, frozenset({("x", "failed"), ("y", "success")})),
        ],
        2,
        {"answer": frozenset({("z", "failed"), ("y", "success")})},
    ),
    Pair(
        "an unknown retry has the outcome whose turn it is",
        scripted(Outcome("failed")),
        [
            op(1, 0, None, RETRY),
            op(2, 0, None, RETRY),
            op(3, 20, 30, LIST, frozenset({("x", "failed"), ("y", "success")})),
        ],
        2,
        {"answer": frozenset({("x", "failed"), ("y", "failed")})},
    ),
    Pair(
        "an outcome that the new run does not have",
        NAMED,
        [op(1, 0, 10, RETRY, ("made", "a")), op(2, 20, 30, ("run", "a"), "failed")],
        1,
        {"answer": "success"},
    ),
    Pair(
        "an acknowledged run gone",
        NAMED,
        [op(1, 0, 10, RETRY, ("made", "a")), op(2, 20, 30, ("run", "a"), "failed")],
        1,
        {"answer": ("none",)},
    ),
    Pair(
        "an acknowledged run not in the list",
        NAMED,
        [op(1, 0, 10, RETRY, ("made", "a")), op(2, 20, 30, LIST, frozenset({("a", "failed")}))],
        1,
        {"answer": frozenset()},
    ),
    Pair(
        "a list of one run more than was asked for",
        NAMED,
        [op(1, 0, 10, RETRY, ("made", "a")), op(2, 20, 30, LIST, frozenset({("a", "failed")}))],
        1,
        {"answer": frozenset({("a", "failed"), ("b", "success")})},
    ),
    Pair(
        "without ids, an outcome taken twice",
        UNNAMED,
        [
            op(1, 0, 10, RETRY, ("made", "x")),
            op(2, 0, 10, RETRY, ("made", "y")),
            op(1, 20, 30, ("run", "x"), "success"),
            op(1, 40, 50, ("run", "y"), "failed"),
        ],
        3,
        {"answer": "success"},
    ),
    Pair(
        "without ids, an outcome skipped",
        UNNAMED,
        [
            op(1, 0, 10, RETRY, ("made", "x")),
            op(2, 20, 30, RETRY, ("made", "y")),
            op(1, 40, 50, LIST, frozenset({("x", "failed"), ("y", "success")})),
        ],
        2,
        {"answer": frozenset({("x", "failed"), ("y", "partialSuccess")})},
    ),
    Pair(
        "without ids, one run for two retries",
        UNNAMED,
        [op(1, 0, 10, RETRY, ("made", "x")), op(2, 0, 10, RETRY, ("made", "y"))],
        1,
        {"answer": ("made", "x")},
    ),
    Pair(
        "an unknown retry takes one outcome or none, not two",
        NAMED,
        [op(1, 0, None, RETRY), op(2, 20, 30, RETRY, ("made", "b"))],
        1,
        {"answer": ("made", "c")},
    ),
    Pair(
        "two unknown retries take one outcome each at most",
        UNNAMED,
        [
            op(1, 0, None, RETRY),
            op(3, 0, None, RETRY),
            op(2, 20, 30, RETRY, ("made", "x")),
            op(2, 40, 50, ("run", "x"), "partialSuccess"),
        ],
        1,
        {"invoked": 31},
    ),
    Pair(
        "a fault that falls on one request too many",
        always(FaultWithTimes(2)),
        [op(client, 0, 10, ASK, "met" if client < 3 else "passed") for client in range(1, 6)],
        4,
        {"answer": "met"},
    ),
    Pair(
        "a fault that falls on one request too few",
        always(FaultWithTimes(2)),
        [op(client, 0, 10, ASK, "met" if client < 3 else "passed") for client in range(1, 6)],
        0,
        {"answer": "passed"},
    ),
    Pair(
        "a fault that was met by a request whose answer was lost",
        always(FaultWithTimes(1)),
        [op(1, 0, None, ASK), op(2, 20, 30, ASK, "passed"), op(2, 40, 50, ("left",), 0)],
        2,
        {"answer": 1},
    ),
    Pair(
        "an unknown outcome used twice",
        always(FaultWithTimes(2)),
        [op(1, 0, None, ASK), op(2, 20, 30, ("left",), 1), op(2, 40, 50, ("left",), 1)],
        2,
        {"answer": 0},
    ),
    Pair(
        "a request that was answered is counted",
        always(Sum()),
        [op(1, 0, 10, COUNTED), op(2, 5, 15, COUNTED), op(3, 12, 30, READ, 1)],
        2,
        {"answer": 0},
    ),
    Pair(
        "a request that has not begun is not counted",
        always(Sum()),
        [op(1, 0, 10, COUNTED), op(2, 5, 40, COUNTED), op(3, 12, 30, READ, 2)],
        1,
        {"invoked": 31},
    ),
    Pair(
        "a count that goes back",
        always(Sum()),
        [op(1, 0, 100, COUNTED), op(2, 10, 20, READ, 1), op(3, 30, 40, READ, 1)],
        2,
        {"answer": 0},
    ),
    Pair(
        "two advances of a clock with the same sum",
        always(Sum(1000)),
        [op(1, 0, 10, add(5), 1005), op(2, 0, 10, add(5), 1010), op(1, 20, 30, READ, 1010)],
        1,
        {"answer": 1005},
    ),
    Pair(
        "an advance lost",
        always(Sum(1000)),
        [op(1, 0, 10, add(5), 1005), op(2, 0, 10, add(7), 1012), op(1, 20, 30, READ, 1012)],
        2,
        {"answer": 1005},
    ),
    Pair(
        "an unknown advance counts once",
        always(Sum(1000)),
        [op(1, 0, None, add(5)), op(2, 20, 30, add(7), 1012), op(2, 40, 50, READ, 1012)],
        2,
        {"answer": 1017},
    ),
    *(
        Pair(
            f"it matters which unknown ones led to a state: {then}",
            always(Sum()),
            [*(op(by, 0, None, add(by)) for by in (1, 2, 3, 4)), op(5, 20, 30, READ, 5), op(5, 40, 50, READ, then)],
            5,
            {"answer": 11},
        )
        for then in (6, 7, 8, 9)
    ),
    Pair(
        "a lease that two have ended",
        always(Lease()),
        [op(1, 0, 10, ("end",), "ended"), op(2, 0, 10, ("end",), "gone")],
        1,
        {"answer": "ended"},
    ),
    Pair(
        "a lease that is there after its end",
        always(Lease()),
        [op(1, 0, 10, ("end",), "ended"), op(2, 20, 30, ("look",), "gone")],
        1,
        {"answer": "there"},
    ),
    Pair(
        "what was added before a reset is there after it",
        always(Group()),
        [
            op(1, 0, 10, ("add", "a"), "added"),
            op(2, 20, 30, ("reset",), "reset"),
            op(3, 25, 40, ("add", "b"), "added"),
            op(4, 50, 60, LIST, frozenset({"b"})),
        ],
        3,
        {"answer": frozenset({"a", "b"})},
    ),
    Pair(
        "something is added twice",
        always(Group()),
        [op(1, 0, 10, ("add", "a"), "added"), op(2, 0, 10, ("add", "a"), "replaced")],
        1,
        {"answer": "added"},
    ),
    Pair(
        "something is removed twice",
        always(Group()),
        [
            op(1, 0, 10, ("add", "a"), "added"),
            op(1, 20, 30, ("remove", "a"), "removed"),
            op(2, 20, 30, ("remove", "a"), "none"),
        ],
        2,
        {"answer": "removed"},
    ),
    Pair(
        "a reset during which something is added, and is lost or is not",
        always(Group()),
        [
            op(1, 0, None, ("reset",)),
            op(2, 5, 10, ("add", "a"), "added"),
            op(2, 20, 30, LIST, frozenset()),
            op(2, 40, 50, ("remove", "a"), "none"),
        ],
        0,
        {"invoked": 31},
    ),
    Pair(
        "a reset where there is nothing may come later, where there is something",
        always(Group()),
        [
            op(1, 0, 40, ("reset",), "reset"),
            op(2, 10, 20, ("add", "a"), "added"),
            op(3, 30, 50, LIST, frozenset()),
        ],
        0,
        {"returned": 9},
    ),
    Pair(
        "an answer of another kind",
        always(Lease()),
        [op(1, 0, 10, ("look",), "there")],
        0,
        {"answer": ("unexpected", 500)},
    ),
]


def the_right_pass() -> list[str]:
    return [f"{pair.name}: {found}" for pair in PAIRS if (found := violation(pair.right, pair.model(pair.right)))]


def the_wrong_are_refused() -> list[str]:
    return [
        f"{pair.name}: it passes" for pair in PAIRS if not violation(pair.wrong_history(), pair.model(pair.wrong_history()))
    ]


def the_order_of_a_history_does_not_matter() -> list[str]:
    wrong = []
    for pair in PAIRS:
        right, other = list(reversed(pair.right)), list(reversed(pair.wrong_history()))
        if violation(right, pair.model(right)) or not violation(other, pair.model(other)):
            wrong.append(pair.name)
    return wrong


def a_refusal_says_where() -> list[str]:
    history = [op(1, 0, 10, add(5), 1005), op(2, 20, 30, add(7), 1013), op(1, 40, 50, READ, 1012)]
    found = violation(history, Sum(1000)) or ""
    expected = ("after 1 of 3", "state 1005", "client 2, 20 to 30", "1013")
    return [f"{text!r} is not in: {found}" for text in expected if text not in found]


def what_takes_too_long_is_neither_right_nor_wrong() -> list[str]:
    history = [op(client, 0, 10, ("add", 1 << client, False)) for client in range(12)]
    history.append(op(0, 20, 30, READ, -1))
    try:
        violation(history, Sum(), most_tried=1000)
    except Undecided:
        return [] if violation(history, Sum()) else ["it passes"]
    return ["it is decided"]


def naively_right(history: History, model: Model[Any]) -> bool:
    """By trying every order of every choice of the unknown ones."""
    known = [operation for operation in history if operation.returned is not None]
    unknown = [operation for operation in history if operation.returned is None]
    return any(
        is_order(order, model)
        for number in range(len(unknown) + 1)
        for chosen in itertools.combinations(unknown, number)
        for order in itertools.permutations([*known, *chosen])
    )


def is_order(order: Iterable[Operation], model: Model[Any]) -> bool:
    state = model.start()
    latest_beginning = -1000
    for operation in order:
        if operation.returned is not None and operation.returned < latest_beginning:
            return False
        latest_beginning = max(latest_beginning, operation.invoked)
        state = model.step(state, operation.request, operation.answer)
        if state is None:
            return False
    return True


def drawn_history(
    draw: random.Random, operations: int, clients: int, requests: Sequence[Hashable], model: Model[Any], lost: float = 0.1
) -> History:
    """Of a right server: every request takes effect at a moment between its two ends. A few answers are lost."""
    free = [0] * clients
    drawn = []
    for _ in range(operations):
        client = draw.randrange(clients)
        invoked = free[client] + draw.randrange(1, 20)
        effect = invoked + draw.randrange(20)
        free[client] = effect + draw.randrange(1, 20)
        drawn.append((effect, client, invoked, free[client], draw.choice(requests), draw.random() < lost))
    state = model.start()
    history = []
    for effect, client, invoked, returned, request, is_lost in sorted(drawn, key=lambda each: each[0]):
        answer = answer_of(state, request)
        after = model.step(state, request, answer)
        if is_lost:
            state = after if draw.random() < 0.5 else state
            history.append(op(client, invoked, None, request))
        else:
            state = after
            history.append(op(client, invoked, returned, request, answer))
    return history


def answer_of(state: Any, request: Hashable) -> Hashable:
    """Of a right server."""
    answer: Hashable
    match request:
        case ("add", int(by), bool(told)):
            answer = state + by if told else None
            return answer
        case ("read",) | ("left",) | ("list",):
            answer = state
            return answer
        case ("ask",):
            return "met" if state else "passed"
        case ("end",):
            return "ended" if state else "gone"
        case ("look",):
            return "there" if state else "gone"
        case ("add", id_):
            return "replaced" if id_ in state else "added"
        case ("remove", id_):
            return "removed" if id_ in state else "none"
        case ("reset",):
            return "reset"
    raise AssertionError(request)


DRAWN: list[tuple[Model[Any], list[Hashable]]] = [
    (FaultWithTimes(3), [ASK, ("left",)]),
    (Sum(), [add(1), add(2), READ]),
    (Sum(), [COUNTED, READ]),
    (Lease(), [("look",), ("end",)]),
    (Group(), [LIST, ("reset",), ("add", "a"), ("add", "b"), ("remove", "a")]),
]


def altered(draw: random.Random, history: History) -> History:
    """Another answer in one place, or a moment that is moved."""
    changed = list(history)
    place = draw.randrange(len(history))
    operation = changed[place]
    if operation.returned is None:
        return changed
    if draw.random() < 0.3:
        moved = draw.randrange(-40, 40)
        changed[place] = dataclasses.replace(
            operation, invoked=operation.invoked + moved, returned=operation.returned + moved
        )
    else:
        answers = [each.answer for each in history if each.returned is not None]
        changed[place] = dataclasses.replace(operation, answer=draw.choice(answers))
    return changed


def it_finds_what_trying_all_orders_finds() -> list[str]:
    draw = random.Random(SEED)
    wrong = []
    refused = 0
    for _ in range(1500):
        model, requests = draw.choice(DRAWN)
        history = drawn_history(draw, draw.randrange(1, 7), 3, requests, model, draw.choice((0.1, 0.5)))
        for _ in range(draw.randrange(4)):
            history = altered(draw, history)
        found, expected = violation(history, model), naively_right(history, model)
        refused += not expected
        if (found is None) != expected:
            wrong.append(f"{found or 'right'} where {'an' if expected else 'no'} order fits: " + "; ".join(map(str, history)))
    print(f"# {refused} of 1500 drawn histories are wrong")
    return wrong if 150 < refused < 1350 else [*wrong, "hardly any is wrong, or right"]


def long_histories_take_no_time() -> list[str]:
    draw = random.Random(SEED)
    begin = time.monotonic()
    wrong = []
    for model, requests in DRAWN:
        history = drawn_history(draw, 250, 6, requests, model)
        end = max(operation.returned or 0 for operation in history)
        if found := violation(history, model):
            wrong.append(found)
        if not violation([*history, op(0, end + 1, end + 2, requests[-1], "another answer")], model):
            wrong.append(f"{model} takes any answer")
    seconds = time.monotonic() - begin
    print(f"# {seconds:.2f} s")
    return wrong if seconds < LONGEST_S else [*wrong, f"it took {seconds} s"]


def main() -> int:
    print(f"# seed {SEED}")
    cases = (
        the_right_pass,
        the_wrong_are_refused,
        the_order_of_a_history_does_not_matter,
        a_refusal_says_where,
        what_takes_too_long_is_neither_right_nor_wrong,
        it_finds_what_trying_all_orders_finds,
        long_histories_take_no_time,
    )
    print(f"1..{len(cases)}")
    failed = 0
    for number, case in enumerate(cases, 1):
        try:
            wrong = case()
        except Exception:
            wrong = [traceback.format_exc()]
        for each in wrong[:20]:
            print(each, file=sys.stderr)
        failed += bool(wrong)
        print(f"{'not ok' if wrong else 'ok'} {number} - {case.__name__.replace('_', ' ')}", flush=True)
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
