"""Clients that use the same sandboxes at the same time, at one mock or at several that share their state, and note what
they are told: does it fit one order of their requests?

usage: sandbox_history.py [--seed NUMBER] [--operations NUMBER] URL...   (one may be given several times)
"""
import argparse
import contextlib
import http.client
import itertools
import json
import random
import sys
import threading
import time
import urllib.parse
from collections import defaultdict
from collections.abc import Callable, Hashable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Protocol

from linearizability import Model, Operation, Undecided, violation
from sandbox_models import FaultWithTimes, Group, Lease, Outcome, Scripted, Sum, Versioned, etags_read, states_read

SERVICE = "/data/foundation/flowservice"
CONTROL = "/__admin"
ORGANISATION = "history"
FLOW = "3abea21c-7e36-4be1-bec1-d3bad0e3e0de"
LONGEST_S = 60  # what takes longer hangs
CLIENTS = 6
SANDBOXES = 2
OPERATIONS = 1500
MEETINGS = 25  # requests until clients meet at another thing
STARTED_AT_MS = 1_900_000_000_000

History = list[Operation]


@dataclass(frozen=True)
class Reply:
    """What a client knows of its request."""

    invoked: int
    returned: int | None = None  # None: it may have been carried out, or will be
    has_no_effect: bool = False  # that is certain: it was not sent, or the store says so
    status: int = 0
    text: str = ""

    def json(self) -> Any:
        return json.loads(self.text)


@dataclass(frozen=True)
class Part:
    """What a request is to one object of the sandbox, and what its answer says of that."""

    object: str
    request: Hashable
    answer: Callable[[Reply], Hashable]


@dataclass(frozen=True)
class Call:
    method: str
    path: str
    parts: Sequence[Part] = ()
    body: Any = None
    headers: Mapping[str, str] = field(default_factory=dict)


class Client:
    """Of one thread. Its connections stay open, one to each server."""

    def __init__(self) -> None:
        self.connections: dict[str, http.client.HTTPConnection] = {}
        self.hangs: list[str] = []

    def close(self) -> None:
        for connection in self.connections.values():
            connection.close()

    def ask(self, url: str, sandbox: str, call: Call) -> Reply:
        headers = {
            "Authorization": "Bearer t",
            "x-api-key": "k",
            "x-gw-ims-org-id": ORGANISATION,
            "x-sandbox-name": sandbox,
            "Content-Type": "application/json",
            **call.headers,
        }
        invoked = time.monotonic_ns()
        try:
            connection = self.connection_to(url)
        except OSError:
            return Reply(invoked, has_no_effect=True)
        try:
            connection.request(call.method, call.path, None if call.body is None else json.dumps(call.body), headers)
            answer = connection.getresponse()
            text = answer.read().decode()
        except (OSError, http.client.HTTPException) as error:
            self.connections.pop(url).close()
            if isinstance(error, TimeoutError):
                self.hangs.append(f"no answer within {LONGEST_S} s: {call.method} {call.path}")
            return Reply(invoked)
        returned = time.monotonic_ns()
        of_store = answer.getheader("x-flow-mock-store") if answer.status == 503 else None
        if of_store == "failed":
            return Reply(invoked, has_no_effect=True)
        return Reply(invoked, None if of_store == "unknown" else returned, False, answer.status, text)

    def connection_to(self, url: str) -> http.client.HTTPConnection:
        connection = self.connections.get(url)
        if connection is None:
            connection = http.client.HTTPConnection(urllib.parse.urlsplit(url).netloc, timeout=LONGEST_S)
            connection.connect()
            self.connections[url] = connection
        return connection

    def set_up(self, url: str, sandbox: str, method: str, path: str, body: Any = None) -> Any:
        """Of what has to succeed."""
        reply = self.ask(url, sandbox, Call(method, path, body=body))
        if reply.status not in (200, 201):
            raise RuntimeError(f"{method} {path}: {reply}")
        return reply.json()


def unexpected(reply: Reply) -> Hashable:
    """Fits no model."""
    return "unexpected", reply.status, reply.text[:300]


def answered(told: Callable[[Any], Hashable], refusals: Mapping[int, Hashable] | None = None) -> Callable[[Reply], Hashable]:
    """Reads the JSON of a success; of refusals the status is enough."""

    def read(reply: Reply) -> Hashable:
        if reply.status == 200:
            return told(reply.json())
        return (refusals or {}).get(reply.status, unexpected(reply))

    return read


class Thing(Protocol):
    """Objects of a sandbox that are used together."""

    def draw(self, draw: random.Random) -> Call:
        """Something to ask."""

    def look(self) -> list[Call]:
        """What shows all of its state."""

    def models(self, histories: Mapping[str, History]) -> dict[str, Model[Any]]:
        """Of each of its objects."""


class Retries:
    """A run with a script, and how many of its retries are in the journal."""

    STATES = ("failed", "success", "partialSuccess", "PARTIAL_SUCCESS", "partialFailure", "COMPLETED")

    def __init__(self, name: str, has_ids: bool, length: int, draw: random.Random):
        self.name = name
        self.flow = f"flow-of-{name}"
        self.count = f"count of {name}"
        self.made: list[str] = []
        self.script = [
            Outcome(draw.choice(self.STATES), f"{name}-{number}-{draw.getrandbits(32):08x}" if has_ids else None)
            for number in range(length)
        ]

    def set_up(self, client: Client, url: str, sandbox: str) -> None:
        retries = [{"outcome": each.state, **({"id": each.id} if each.id else {})} for each in self.script]
        run = {"id": self.name, "flowId": self.flow, "state": "failed", "retries": retries}
        client.set_up(url, sandbox, "POST", f"{control(sandbox)}/bulk", {"flows": [{"id": self.flow}], "runs": [run]})
        self.control = control(sandbox)

    def draw(self, draw: random.Random) -> Call:
        kind = draw.choices(("retry", "run", "list", "count"), (6, 3, 1, 3))[0]
        if kind == "retry" or kind == "run" and not self.made:
            return self.retry()
        return self.list_new() if kind == "list" else self.count_up() if kind == "count" else self.run(draw.choice(self.made))

    def retry(self) -> Call:
        parts = [Part(self.name, ("retry",), answered(self.note_made)), Part(self.count, ("add", 1, False), lambda _: None)]
        return Call("POST", f"{SERVICE}/runs/{self.name}/action?op=re-trigger", parts)

    def note_made(self, json_: Any) -> Hashable:
        self.made.append(json_["id"])
        return "made", json_["id"]

    def run(self, id_: str) -> Call:
        status = answered(lambda json_: str(json_["items"][0]["metrics"]["statusSummary"]["status"]), {404: ("none",)})
        return Call("GET", f"{SERVICE}/runs/{id_}", [Part(self.name, ("run", id_), status)])

    def list_new(self) -> Call:
        query = urllib.parse.urlencode({"property": f"flowId=={self.flow}", "limit": 10000})
        return Call("GET", f"{self.control}/runs?{query}", [Part(self.name, ("list",), answered(self.new_in))])

    def new_in(self, json_: Any) -> Hashable:
        return frozenset((run["id"], run["state"]) for run in json_["runs"] if run["id"] != self.name)

    def count_up(self) -> Call:
        query = urllib.parse.urlencode({"operation": "retry_run", "run": self.name, "status": 200})
        count = Part(self.count, ("read",), answered(lambda json_: int(json_["count"])))
        return Call("GET", f"{self.control}/requests/count?{query}", [count])

    def look(self) -> list[Call]:
        return [self.list_new(), self.count_up(), *(self.run(id_) for id_ in self.made)]

    def models(self, histories: Mapping[str, History]) -> dict[str, Model[Any]]:
        return {self.name: Scripted(self.script, states_read(histories[self.name])), self.count: Sum()}


class Changed:
    """A run or flow that many change, each with the etag that was seen last."""

    def __init__(self, name: str, path: str, body_of: Callable[[str], tuple[str, Any]], value_of: Callable[[Any], str]):
        self.name = name
        self.path = path
        self.body_of = body_of
        self.value_of = value_of
        self.numbers = itertools.count(1)

    def set_up(self, client: Client, url: str, sandbox: str) -> None:
        shown = client.set_up(url, sandbox, "GET", self.path)
        self.first = self.latest = str(shown["items"][0]["etag"])
        self.first_value = self.value_of(shown["items"][0])

    def draw(self, draw: random.Random) -> Call:
        return self.read() if draw.random() < 0.5 else self.change(f"value {next(self.numbers)}")

    def read(self) -> Call:
        return Call("GET", self.path, [Part(self.name, ("read",), answered(self.note_read))])

    def note_read(self, json_: Any) -> Hashable:
        item = json_["items"][0]
        self.latest = item["etag"]
        return item["etag"], self.value_of(item)

    def change(self, value: str) -> Call:
        etag = self.latest
        method, body = self.body_of(value)
        changed = answered(self.note_changed, {412: ("refused",)})
        return Call(method, self.path, [Part(self.name, ("change", etag, value), changed)], body, {"If-Match": etag})

    def note_changed(self, json_: Any) -> Hashable:
        self.latest = json_["etag"]
        return "changed", json_["etag"]

    def look(self) -> list[Call]:
        return [self.read()]

    def models(self, histories: Mapping[str, History]) -> dict[str, Model[Any]]:
        return {self.name: Versioned(self.first, self.first_value, etags_read(histories[self.name]))}


def changed_run() -> Changed:
    return Changed(
        "changed-run",
        f"{SERVICE}/runs/changed-run",
        lambda value: ("PUT", {"params": {"value": value}}),
        lambda item: str(item.get("params", {}).get("value", "")),
    )


def changed_flow() -> Changed:
    return Changed(
        "changed flow",
        f"{SERVICE}/flows/{FLOW}",
        lambda value: ("PATCH", [{"op": "add", "path": "/description", "value": value}]),
        lambda item: str(item.get("description", "")),
    )


class Fault:
    """One that falls on so many reads with a header."""

    def __init__(self, name: str, times: int):
        self.name = name
        self.times = times

    def set_up(self, client: Client, url: str, sandbox: str) -> None:
        fault = {"id": self.name, "type": "status", "attributes": {"status": 429}, "times": self.times}
        match = {"headers": {"x-meets": self.name}}
        client.set_up(url, sandbox, "POST", f"{control(sandbox)}/faults", {**fault, "match": match})
        self.control = control(sandbox)

    def draw(self, draw: random.Random) -> Call:
        if draw.random() < 0.2:
            return self.left()
        met = Part(self.name, ("ask",), answered(lambda _: "passed", {429: "met"}))
        return Call("GET", f"{SERVICE}/flows/{FLOW}", [met], headers={"x-meets": self.name})

    def left(self) -> Call:
        left = Part(self.name, ("left",), answered(lambda json_: int(json_["left"])))
        return Call("GET", f"{self.control}/faults/{self.name}", [left])

    def look(self) -> list[Call]:
        return [self.left()]

    def models(self, histories: Mapping[str, History]) -> dict[str, Model[Any]]:
        return {self.name: FaultWithTimes(self.times)}


class Clock:
    NAME = "clock"
    STEPS_MS = (1, 10, 100)

    def set_up(self, client: Client, url: str, sandbox: str) -> None:
        self.path = f"{control(sandbox)}/clock"
        client.set_up(url, sandbox, "PUT", self.path, {"frozen": True, "nowMs": STARTED_AT_MS})

    def draw(self, draw: random.Random) -> Call:
        if draw.random() < 0.4:
            return self.look()[0]
        by_ms = draw.choice(self.STEPS_MS)
        part = Part(self.NAME, ("add", by_ms, True), answered(lambda json_: int(json_["nowMs"])))
        return Call("PUT", self.path, [part], {"advanceMs": by_ms})

    def look(self) -> list[Call]:
        return [Call("GET", self.path, [Part(self.NAME, ("read",), answered(lambda json_: int(json_["nowMs"])))])]

    def models(self, histories: Mapping[str, History]) -> dict[str, Model[Any]]:
        return {self.NAME: Sum(STARTED_AT_MS)}


class Leases:
    """Each of them is ended by one client; several try."""

    def __init__(self, number: int):
        self.number = number
        self.ids: list[str] = []

    def set_up(self, client: Client, url: str, sandbox: str) -> None:
        self.ids = [client.set_up(url, sandbox, "POST", f"{CONTROL}/leases", {})["id"] for _ in range(self.number)]
        self.unused = list(self.ids)

    def draw(self, draw: random.Random) -> Call:
        """Of a few at a time, so that clients meet."""
        id_ = draw.choice(self.unused[-2:] or self.ids)
        return self.end(id_) if draw.random() < 0.3 else self.look_at(id_)

    def end(self, id_: str) -> Call:
        ended = answered(lambda _: self.note_ended(id_), {404: "gone"})
        return Call("DELETE", f"{CONTROL}/leases/{id_}", [Part(id_, ("end",), ended)])

    def note_ended(self, id_: str) -> Hashable:
        with contextlib.suppress(ValueError):  # two have ended it, as the history will show
            self.unused.remove(id_)
        return "ended"

    def look_at(self, id_: str) -> Call:
        there = answered(lambda _: "there", {404: "gone"})
        return Call("GET", f"{CONTROL}/leases/{id_}", [Part(id_, ("look",), there)])

    def look(self) -> list[Call]:
        return [self.look_at(id_) for id_ in self.ids]

    def models(self, histories: Mapping[str, History]) -> dict[str, Model[Any]]:
        return {id_: Lease() for id_ in self.ids}


class Members:
    """Runs that come and go, in a sandbox that is reset meanwhile."""

    NAME = "members"
    IDS = tuple(f"member-{number}" for number in range(6))

    def set_up(self, client: Client, url: str, sandbox: str) -> None:
        self.control = control(sandbox)

    def draw(self, draw: random.Random) -> Call:
        kind = draw.choices(("add", "remove", "reset", "list"), (4, 3, 1, 4))[0]
        return self.call(kind, draw.choice(self.IDS))

    def call(self, kind: str, id_: str) -> Call:
        run = {"flowId": FLOW, "state": "failed"}
        match kind:
            case "add":
                return self.change("PUT", f"runs/{id_}", (kind, id_), {200: "replaced", 201: "added"}, run)
            case "remove":
                return self.change("DELETE", f"runs/{id_}", (kind, id_), {200: "removed", 404: "none"})
            case "reset":
                return self.change("POST", "reset", (kind,), {200: "reset"})
        return self.look()[0]

    def change(self, method: str, path: str, request: Hashable, answers: Mapping[int, str], body: Any = None) -> Call:
        part = Part(self.NAME, request, lambda reply: answers.get(reply.status, unexpected(reply)))
        return Call(method, f"{self.control}/{path}", [part], body)

    def look(self) -> list[Call]:
        query = urllib.parse.urlencode({"property": f"flowId=={FLOW}", "limit": 10000})
        return [Call("GET", f"{self.control}/runs?{query}", [Part(self.NAME, ("list",), answered(self.members_in))])]

    def members_in(self, json_: Any) -> Hashable:
        return frozenset(run["id"] for run in json_["runs"] if run["id"] in self.IDS)

    def models(self, histories: Mapping[str, History]) -> dict[str, Model[Any]]:
        return {self.NAME: Group()}


def control(sandbox: str) -> str:
    return f"{CONTROL}/sandboxes/{ORGANISATION}/{sandbox}"


class Sandbox:
    """What is in it, and what clients were told of each object."""

    def __init__(self, name: str, things: Mapping[Any, int]):
        self.name = name
        self.things = list(things)
        self.weights = list(things.values())
        self.histories: dict[str, History] = defaultdict(list)

    def set_up(self, client: Client, url: str) -> None:
        run = {"id": "changed-run", "flowId": FLOW, "state": "failed"}
        client.set_up(url, self.name, "POST", f"{control(self.name)}/runs", run)
        for thing in self.things:
            thing.set_up(client, url, self.name)

    def draw(self, draw: random.Random) -> Thing:
        thing: Thing = draw.choices(self.things, self.weights)[0]
        return thing

    def look(self) -> list[Call]:
        return [call for thing in self.things for call in thing.look()]

    def note(self, client: int, call: Call, reply: Reply) -> None:
        if reply.has_no_effect:
            return
        for part in call.parts:
            answer = None if reply.returned is None else part.answer(reply)
            self.histories[part.object].append(Operation(client, reply.invoked, reply.returned, part.request, answer))

    def wrong(self) -> list[str]:
        """What fits no order."""
        found = []
        for thing in self.things:
            for name, model in thing.models(self.histories).items():
                try:
                    said = violation(self.histories[name], model)
                except Undecided as undecided:
                    said = f"undecided: {undecided}"
                found += [f"sandbox {self.name}, {name}: {said}"] if said else []
        return found


def usual_things(operations: int, draw: random.Random) -> dict[Any, int]:
    """How often clients ask for each."""
    length = operations // 12  # some are left for the default
    return {
        Retries("named", True, length, draw): 5,
        Retries("unnamed", False, length, draw): 5,
        changed_run(): 4,
        changed_flow(): 4,
        Fault("few", 10): 2,
        Fault("many", operations // 20): 2,
        Clock(): 3,
        Leases(operations // 100): 2,
    }


class Load:
    """Clients, each with one request at a time, to whichever of the URLs; these may change meanwhile."""

    def __init__(self, urls: Sequence[str], seed: int, operations: int, label: str = "s"):
        self.urls = urls
        self.seed = seed
        self.operations = operations
        draw = random.Random(seed)
        self.sandboxes = [
            *(Sandbox(f"{label}-{number}", usual_things(operations // SANDBOXES, draw)) for number in range(SANDBOXES)),
            Sandbox(f"{label}-reset", {Members(): 1}),
        ]
        self.meeting = self.draw(draw)  # what most clients are at
        self.counting = threading.Lock()
        self.answers = 0
        self.lost = 0
        self.is_disturbed = threading.Event()
        self.ends = threading.Event()
        self.failures: list[str] = []

    def run(self, disturb: Callable[[], None]) -> None:
        """Something disturbs the servers when a third of the requests is answered; a third comes after it."""
        with contextlib.closing(Client()) as client:
            for sandbox in self.sandboxes:
                sandbox.set_up(client, self.urls[0])
        threads = [threading.Thread(target=self.send, args=(number,)) for number in range(CLIENTS)]
        for thread in threads:
            thread.start()
        try:
            self.wait_for_answers(self.operations // 3)
            self.is_disturbed.set()
            disturb()
            self.is_disturbed.clear()
            self.wait_for_answers(max(self.operations - self.answers, self.operations // 3))
        finally:
            self.ends.set()
            for thread in threads:
                thread.join()
        self.look_at_the_end()

    def wait_for_answers(self, number: int) -> None:
        wanted = self.answers + number
        end = time.monotonic() + LONGEST_S
        while self.answers < wanted and not self.failures:
            if time.monotonic() > end:
                raise RuntimeError(f"{self.answers} of {wanted} requests were answered within {LONGEST_S} s")
            time.sleep(0.005)

    def send(self, number: int) -> None:
        draw = random.Random(f"{self.seed}/{number}")
        with contextlib.closing(Client()) as client:
            try:
                while not self.ends.is_set():
                    is_answered = self.ask_one(client, number, draw)
                    if self.is_disturbed.is_set() or not is_answered:
                        time.sleep(draw.uniform(0, 0.03))  # a history is to be short, however long it takes
            except Exception as error:
                self.failures.append(repr(error))
            self.failures += client.hangs

    def ask_one(self, client: Client, number: int, draw: random.Random) -> bool:
        if draw.random() < 1 / MEETINGS:
            self.meeting = self.draw(draw)
        sandbox, thing = self.meeting if draw.random() < 0.8 else self.draw(draw)
        call = thing.draw(draw)
        reply = client.ask(draw.choice(self.urls), sandbox.name, call)
        sandbox.note(number, call, reply)
        is_answered = reply.returned is not None
        with self.counting:
            self.answers += is_answered
            self.lost += not is_answered
        return is_answered

    def draw(self, draw: random.Random) -> tuple[Sandbox, Thing]:
        sandbox = draw.choices(self.sandboxes, [*([4] * SANDBOXES), 1])[0]
        return sandbox, sandbox.draw(draw)

    def look_at_the_end(self) -> None:
        """Every server is asked for everything."""
        with contextlib.closing(Client()) as client:
            for url, sandbox in itertools.product(dict.fromkeys(self.urls), self.sandboxes):
                for call in sandbox.look():
                    self.ask_until_answered(client, url, sandbox, call)

    def ask_until_answered(self, client: Client, url: str, sandbox: Sandbox, call: Call) -> None:
        end = time.monotonic() + LONGEST_S
        while time.monotonic() < end:
            reply = client.ask(url, sandbox.name, call)
            sandbox.note(CLIENTS, call, reply)
            if reply.returned is not None:
                return
            time.sleep(0.05)
        self.failures.append(f"{url} does not answer: {call.method} {call.path}")

    def wrong(self) -> list[str]:
        return [*self.failures, *(found for sandbox in self.sandboxes for found in sandbox.wrong())]


def check(urls: Sequence[str], seed: int, disturb: Callable[[], None], operations: int = OPERATIONS, label: str = "s") -> list[str]:
    """What is wrong with the servers' answers; prints how many there were."""
    load = Load(urls, seed, operations, label)
    begin = time.monotonic()
    load.run(disturb)
    asked = time.monotonic()
    wrong = load.wrong()
    said = f"{load.answers} answered, {load.lost} not, in {asked - begin:.1f} s; checked in {time.monotonic() - asked:.1f} s"
    print(f"# seed {seed}: {said}", flush=True)
    return wrong


def main() -> int:
    parser = argparse.ArgumentParser()
    parser.add_argument("--seed", type=int, default=random.randrange(1 << 31))
    parser.add_argument("--operations", type=int, default=OPERATIONS)
    parser.add_argument("urls", nargs="+")
    given = parser.parse_args()
    wrong = check(given.urls, given.seed, lambda: None, given.operations, f"s-{time.time_ns()}")
    print("\n".join(wrong))
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
