"""Whether what clients were told by a server fits one order of their requests, each at a moment between its beginning and
its end. The search is Wing and Gong's, with Lowe's memory of what was tried: which operations are behind it, and the state.
"""
import bisect
import math
from collections.abc import Hashable, Iterable, Sequence
from dataclasses import dataclass
from typing import Generic, Protocol, TypeVar

State = TypeVar("State", bound=Hashable)
MOST_TRIED = 2_000_000


@dataclass(frozen=True)
class Operation:
    """A request with its answer. Where nobody knows what came of it, `returned` and `answer` are None: then it takes effect
    at any time after its invocation, or never. What is known to have had no effect is not in a history."""

    client: int
    invoked: int
    returned: int | None
    request: Hashable
    answer: Hashable

    def __str__(self) -> str:
        until = "?" if self.returned is None else str(self.returned)
        answer = "nobody knows" if self.returned is None else repr(self.answer)
        return f"client {self.client}, {self.invoked} to {until}: {self.request!r}: {answer}"


class Model(Protocol[State]):
    """What a right server would do with one request after another."""

    def start(self) -> State: ...

    def step(self, state: State, request: Hashable, answer: Hashable) -> State | None:
        """The state after the request; None where a server in that state does not answer so. The answer None fits always:
        nobody knows it."""

    def never_changes(self, request: Hashable, answer: Hashable) -> bool:
        """Whether the request changes nothing in any state in which a right server answers so."""


class Undecided(Exception):
    """There were too many orders to try."""


class Search(Generic[State]):
    """Steps from a state to the next, each with an operation that can come next."""

    def __init__(self, history: Iterable[Operation], model: Model[State]):
        self.model = model
        by_beginning = sorted(history, key=lambda operation: operation.invoked)
        self.known = [operation for operation in by_beginning if operation.returned is not None]
        self.unknown = [operation for operation in by_beginning if operation.returned is None]
        self.begun = [operation.invoked for operation in self.unknown]

    def could_be_next(self, done: int) -> tuple[list[int], float]:
        """The known operations that none which is still to come precedes, and the time until which something could begin."""
        found = []
        until = math.inf
        first = (~done & (done + 1)).bit_length() - 1
        for number in range(first, len(self.known)):
            if done >> number & 1:
                continue
            operation = self.known[number]
            if operation.invoked > until:
                break
            assert operation.returned is not None
            until = min(until, operation.returned)
            found.append(number)
        return found, until

    def alike_once(self, numbers: Sequence[int]) -> list[int]:
        """Of operations with the same request and answer the one that ends first may as well come first."""
        first: dict[Hashable, int] = {}
        for number in sorted(numbers, key=self.end_of):
            first.setdefault((self.known[number].request, self.known[number].answer), number)
        return list(first.values())

    def end_of(self, number: int) -> int:
        end = self.known[number].returned
        assert end is not None
        return end

    def unknown_next(self, done: int, until: float) -> list[int]:
        """Of unknown operations with the same request the one that began first may as well come first."""
        first: dict[Hashable, int] = {}
        for number in range(bisect.bisect_right(self.begun, until)):
            if not done >> number & 1:
                first.setdefault(self.unknown[number].request, number)
        return list(first.values())

    def steps(self, known: int, unknown: int, state: State) -> list[tuple[int, int, State]]:
        """What could follow. Where something fits that never changes anything, it alone: it may as well come now."""
        numbers, until = self.could_be_next(known)
        found = []
        for number in self.alike_once(numbers):
            operation = self.known[number]
            after = self.model.step(state, operation.request, operation.answer)
            if after is not None and self.model.never_changes(operation.request, operation.answer):
                return [(known | 1 << number, unknown, state)]
            if after is not None:
                found.append((known | 1 << number, unknown, after))
        for number in self.unknown_next(unknown, until):
            after = self.model.step(state, self.unknown[number].request, None)
            if after is not None and after != state:
                found.append((known, unknown | 1 << number, after))
        return found

    def explain(self, known: int, state: State) -> str:
        """What the search came to when it had found the longest order."""
        numbers, _ = self.could_be_next(known)
        could = "".join(f"\n  {self.known[number]}" for number in numbers)
        return f"after {known.bit_count()} of {len(self.known)} operations, in the state {state!r}, none of these fits:{could}"


class Tried(Generic[State]):
    """Where the search has been. With the same known ones behind it and in the same state, who has used more of the
    unknown ones can do nothing that who has used fewer cannot."""

    def __init__(self) -> None:
        self.used: dict[tuple[int, State], list[int]] = {}
        self.count = 0

    def is_new(self, known: int, unknown: int, state: State) -> bool:
        used = self.used.setdefault((known, state), [])
        if any(fewer & unknown == fewer for fewer in used):
            return False
        used.append(unknown)
        self.count += 1
        return True


def violation(history: Iterable[Operation], model: Model[State], most_tried: int = MOST_TRIED) -> str | None:
    """What is wrong with a history; None where an order fits. Throws Undecided."""
    search = Search(history, model)
    everything = (1 << len(search.known)) - 1
    farthest = 0, model.start()
    tried: Tried[State] = Tried()
    to_try = [(0, 0, model.start())]
    while to_try:
        known, unknown, state = to_try.pop()
        if known == everything:
            return None
        if known.bit_count() > farthest[0].bit_count():
            farthest = known, state
        to_try += [step for step in reversed(search.steps(known, unknown, state)) if tried.is_new(*step)]
        if tried.count > most_tried:
            raise Undecided(f"{most_tried} orders of {len(search.known)} operations were tried")
    return search.explain(*farthest)
