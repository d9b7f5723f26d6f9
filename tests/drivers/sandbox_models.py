"""What a right mock does with the objects of a sandbox, one request after another: models for linearizability.py.

Each is an object of its own: none of its answers depends on another's state. A request that concerns two of them, such as a
retry, which takes an outcome and is counted, is an operation of both.
"""
from collections import Counter
from collections.abc import Hashable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from linearizability import Operation

VersionedState = tuple[Hashable, str]  # etag, value
ScriptedState = tuple[int, frozenset[str]]  # how many outcomes are taken, the runs that were made of which an answer told


class Object:
    """Of any kind: these requests, and these answers to others, never change it."""

    READS = ("read", "run", "list", "left", "look")
    REFUSALS = (("refused",), "passed", "gone", "replaced", "none")

    def never_changes(self, request: Hashable, answer: Hashable) -> bool:
        return isinstance(request, tuple) and request[0] in self.READS or answer in self.REFUSALS


@dataclass(frozen=True)
class Versioned(Object):
    """A run, flow or connection that is changed with If-Match. Each change gives another value.

    ("read",) is answered (etag, value); ("change", if_match, value) is answered ("changed", etag) or ("refused",).
    """

    etag: str
    value: str
    etags: Mapping[str, str] = field(default_factory=dict)  # of values, as reads tell: of a change whose answer was lost

    def start(self) -> VersionedState:
        return self.etag, self.value

    def step(self, state: VersionedState, request: Hashable, answer: Hashable) -> VersionedState | None:
        match request, answer:
            case ("read",), None:
                return state
            case ("read",), _:
                return state if answer == state else None
            case ("change", if_match, str(value)), ("changed", etag):
                return (etag, value) if if_match == state[0] != etag else None
            case ("change", if_match, _), ("refused",):
                return state if if_match != state[0] else None
            case ("change", if_match, str(value)), None:
                return (self.etags.get(value, ("never seen", value)), value) if if_match == state[0] else state
        return None


def etags_read(history: Iterable[Operation]) -> dict[str, str]:
    """The etag that each value was read with."""
    etags = {}
    for operation in history:
        match operation.request, operation.answer:
            case ("read",), (str(etag), str(value)):
                etags[value] = etag
    return etags


@dataclass(frozen=True)
class Outcome:
    """An entry of a script; it may say which id the new run has."""

    state: str
    id: str | None = None


@dataclass(frozen=True)
class Scripted(Object):
    """A run whose retries come out as a script says, and when it is used up, as the default says.

    ("retry",) is answered ("made", id); ("list",) with the new runs, a frozenset of (id, state);
    ("run", id), which some answer gave, is answered its state, or ("none",).
    """

    script: Sequence[Outcome]
    states: Mapping[str, str] = field(default_factory=dict)  # of new runs, as reads tell
    default: Outcome = Outcome("success")

    def start(self) -> ScriptedState:
        return 0, frozenset()

    def step(self, state: ScriptedState, request: Hashable, answer: Hashable) -> ScriptedState | None:
        taken, made = state
        match request, answer:
            case ("retry",), ("made", str(id_)):
                return (taken + 1, made | {id_}) if id_ not in made and self.fits(taken, id_) else None
            case ("retry",), None:
                return taken + 1, made
            case (("list",) | ("run", _)), None:
                return state
            case ("list",), frozenset() as listed:
                return state if self.is_list(listed, taken, made) else None
            case ("run", id_), ("none",):
                return state if id_ not in made and id_ not in self.given(taken) else None
            case ("run", str(id_)), str():
                return state if (id_ in made or id_ in self.given(taken)) and self.states.get(id_) == answer else None
        return None

    def fits(self, taken: int, id_: str) -> bool:
        """Whether that run can be the next one's."""
        outcome = self.script[taken] if taken < len(self.script) else self.default
        return outcome.id in (None, id_) and self.states.get(id_, outcome.state) == outcome.state

    def given(self, taken: int) -> set[str]:
        """Ids that the script gave."""
        return {outcome.id for outcome in self.script[:taken] if outcome.id is not None}

    def is_list(self, listed: frozenset[tuple[str, str]], taken: int, made: frozenset[str]) -> bool:
        ids = {id_ for id_, _ in listed}
        states = Counter(outcome.state for outcome in self.script[:taken])
        states[self.default.state] += max(taken - len(self.script), 0)
        return (
            made | self.given(taken) <= ids
            and Counter(state for _, state in listed) == states
            and all(self.states.get(id_) == state for id_, state in listed)
        )


def states_read(history: Iterable[Operation]) -> dict[str, str]:
    """The state that each new run was read with."""
    states = {}
    for operation in history:
        match operation.request, operation.answer:
            case ("run", str(id_)), str(state):
                states[id_] = state
            case ("list",), frozenset() as listed:
                states.update(listed)
    return states


@dataclass(frozen=True)
class FaultWithTimes(Object):
    """A fault that falls on so many requests.

    ("ask",) is answered "met" or "passed"; ("left",) is answered on how many it still will.
    """

    times: int

    def start(self) -> int:
        return self.times

    def step(self, state: int, request: Hashable, answer: Hashable) -> int | None:
        match request:
            case ("ask",):
                return max(state - 1, 0) if answer in (None, "met" if state else "passed") else None
            case ("left",):
                return state if answer in (None, state) else None
        return None


@dataclass(frozen=True)
class Sum(Object):
    """What is added to: a clock, or how many requests a journal has.

    ("add", n, told) is answered the sum, if it is told; ("read",) is answered the sum.
    """

    first: int = 0

    def start(self) -> int:
        return self.first

    def step(self, state: int, request: Hashable, answer: Hashable) -> int | None:
        match request:
            case ("add", int(by), bool(told)):
                return state + by if not told or answer in (None, state + by) else None
            case ("read",):
                return state if answer in (None, state) else None
        return None


@dataclass(frozen=True)
class Lease(Object):
    """One that is there.

    ("look",) is answered "there" or "gone"; ("end",), whose winner is told what is left over, "ended" or "gone".
    """

    def start(self) -> bool:
        return True

    def step(self, state: bool, request: Hashable, answer: Hashable) -> bool | None:
        match request:
            case ("end",):
                return False if answer in (None, "ended" if state else "gone") else None
            case ("look",):
                return state if answer in (None, "there" if state else "gone") else None
        return None


@dataclass(frozen=True)
class Group(Object):
    """What has members, and is reset to none.

    ("add", id) is answered "added" or "replaced"; ("remove", id) "removed" or "none"; ("reset",) "reset"; ("list",) with the
    ids, a frozenset.
    """

    def start(self) -> frozenset[str]:
        return frozenset()

    def step(self, state: frozenset[str], request: Hashable, answer: Hashable) -> frozenset[str] | None:
        match request:
            case ("add", str(id_)):
                return state | {id_} if answer in (None, "replaced" if id_ in state else "added") else None
            case ("remove", str(id_)):
                return state - {id_} if answer in (None, "removed" if id_ in state else "none") else None
            case ("reset",):
                return frozenset() if answer in (None, "reset") else None
            case ("list",):
                return state if answer in (None, state) else None
        return None
