"""A sandbox of the mock, leased for one test."""
from datetime import datetime
from types import TracebackType
from typing import Any, Dict, Iterable, Mapping, Optional, Type, Union
from urllib.parse import quote

from .control import call
from .duration import Duration, milliseconds

Json = Dict[str, Any]
Outcome = Union[str, Mapping[str, Any]]
"""``"failed"``; ``"success:30m"``, which ends after 30 minutes; or ``{"outcome", "durationMs", "id", "etag"}``."""


class Clock:
    """A sandbox's clock: it only goes forward. Answers are ``{"nowMs", "now", "frozen", "mode"}``."""

    def __init__(self, url: str):
        self._url = url

    def read(self) -> Json:
        """The sandbox's time."""
        return self._answer("GET")

    def freeze(self, at: Union[str, int, datetime, None] = None) -> Json:
        """Stops the clock, now or at a later time: RFC 3339, epoch ms, ``"+1h"``, or a datetime with a zone."""
        if isinstance(at, datetime):
            at = at.isoformat(timespec="milliseconds")
        return self._answer("PUT", {"frozen": True} if at is None else {"frozen": True, "nowMs": at})

    def resume(self) -> Json:
        """Lets the clock go on."""
        return self._answer("PUT", {"frozen": False})

    def advance(self, duration: Duration) -> Json:
        """Moves the clock forward: runs in progress end, tokens age, events are posted."""
        return self._answer("PUT", {"advanceMs": milliseconds(duration)})

    def auto(self, on: bool = True) -> Json:
        """Has the clock move by itself, to the end of each run that is in progress when it is read."""
        return self._answer("PUT", {"mode": "auto" if on else "normal"})

    def _answer(self, method: str, body: Any = None) -> Json:
        return dict(call(method, self._url, body))


class Documents:
    """The documents of one resource in a sandbox, such as its connections. A document is an entry of a seed file."""

    def __init__(self, url: str):
        self._url = url

    def list(self, offset: int = 0, limit: int = 1000) -> Json:
        """The documents as they were made: ``{"documents", "offset", "total"}``. ``limit`` is 10,000 at most."""
        return dict(call("GET", self._url, query={"offset": offset, "limit": limit}))

    def add(self, document: Mapping[str, Any]) -> Json:
        """Creates a document, and returns it; without ``id`` it gets a new one."""
        return dict(call("POST", self._url, dict(document)))

    def get(self, id: str) -> Json:
        """The document of that id."""
        return dict(call("GET", self._of(id)))

    def put(self, document: Mapping[str, Any]) -> Json:
        """Creates the document, or replaces the one with its ``id``, and returns it."""
        return dict(call("PUT", self._of(document["id"]), dict(document)))

    def patch(self, id: str, members: Mapping[str, Any]) -> Json:
        """Changes these members, of which None deletes one, and returns the document."""
        return dict(call("PATCH", self._of(id), dict(members)))

    def delete(self, id: str) -> None:
        """Deletes the document, also if a flow refers to it."""
        call("DELETE", self._of(id))

    def _of(self, id: str) -> str:
        return f"{self._url}/{quote(id, safe='')}"


class Sandbox:
    """A lease, made by ``FlowMock.sandbox()`` and ended by ``with`` or ``end()``. Nobody else has its runs, time,
    faults and journal.

    All methods raise ControlError if the mock refuses the call. What is not a method here is a ``control`` call.
    """

    id: str
    """Of the lease."""
    organisation: str
    name: str
    """Of the sandbox: the value of ``x-sandbox-name``."""
    headers: Dict[str, str]
    """Those that the application has to send: Authorization, x-api-key, x-gw-ims-org-id, x-sandbox-name."""
    url: str
    """The mock's, ``http://127.0.0.1:PORT`` or ``https://…``; the service is below ``/data/foundation/flowservice``."""
    admin_url: str
    """The sandbox's in the control API."""
    clock: Clock
    left_over: Optional[Json]
    """After the end: set-up that was not used, ``outcomes``, ``faults`` and ``runs``; runs that have not ended,
    ``inProgress``; and ``violations`` of the contract."""

    def __init__(self, lease: Json, lease_url: str):
        self.id = lease["id"]
        self.organisation = lease["organisation"]
        self.name = lease["sandbox"]
        self.token: str = lease["token"]
        self.api_key: str = lease["apiKey"]
        self.headers = lease["headers"]
        self.url = lease["url"]
        self.admin_url = lease["adminUrl"]
        self.clock = Clock(self.admin_url + "/clock")
        self.left_over = None
        self._lease_url = lease_url

    def __enter__(self) -> "Sandbox":
        return self

    def __exit__(
        self, kind: Optional[Type[BaseException]], error: Optional[BaseException], trace: Optional[TracebackType]
    ) -> None:
        self.end()

    def end(self) -> Json:
        """Removes the sandbox, and returns what was left over."""
        if self.left_over is None:
            self.left_over = call("DELETE", self._lease_url)
        return self.left_over

    def control(self, method: str, path: str, body: Any = None, **query: Any) -> Any:
        """Any other call of the control API, below the sandbox: ``control("PUT", "/webhook", {"url": …})``."""
        return call(method, self.admin_url + path, body, query)

    def put_runs(self, runs: Iterable[Mapping[str, Any]]) -> Json:
        """Has the sandbox hold just these runs. A run is an entry of a seed file; it needs neither id nor flowId."""
        return dict(self.control("PUT", "/runs", {"runs": list(runs)}))

    def script(self, run: str, outcomes: Iterable[Outcome]) -> Json:
        """Sets the outcomes of the run's next retries, in order; none removes them. Returns the run."""
        retries = [_outcome(outcome) for outcome in outcomes]
        return dict(self.control("PUT", f"/runs/{quote(run, safe='')}/script", {"retries": retries}))

    def documents(self, resource: str) -> Documents:
        """Those of a resource: connections, sourceConnections, targetConnections, connectionSpecs or flowSpecs."""
        return Documents(f"{self.admin_url}/resources/{quote(resource, safe='')}")

    def fault(
        self,
        type: str,
        *,
        method: Optional[str] = None,
        operation: Optional[str] = None,
        path: Optional[str] = None,
        headers: Optional[Mapping[str, str]] = None,
        after: Optional[int] = None,
        times: Optional[int] = None,
        probability: Optional[float] = None,
        at: Optional[str] = None,
        seed: Optional[int] = None,
        id: Optional[str] = None,
        **attributes: Any,
    ) -> Json:
        """Adds a fault: ``fault("status", status=429, retryAfterS=2, path="/runs/*/action", times=1)``.

        ``method``, ``operation``, ``path`` and ``headers`` select requests, of which ``after`` are let through before. ``attributes`` are those of the type, by their names in
        the control API. Returns the fault.
        """
        match = _given(method=method, operation=operation, path=path, headers=headers)
        others = _given(
            match=match or None, after=after, times=times, probability=probability, at=at, seed=seed, id=id
        )
        return dict(self.control("POST", "/faults", {"type": type, "attributes": attributes, **others}))

    def clear_faults(self) -> None:
        """Removes all faults of the sandbox."""
        self.control("DELETE", "/faults")

    def requests(self, **filters: Any) -> Json:
        """The journal, ``{"requests", "dropped", "capacity"}``, the oldest first.

        Filters: method, path, operation, run, status, fault, clause, violated, fromMs, toMs, limit.
        """
        return dict(self.control("GET", "/requests", **filters))

    def await_requests(self, count: int = 1, timeout: Duration = "5s", **filters: Any) -> Json:
        """Waits until the journal has ``count`` requests that pass the filters, and returns them as ``requests`` does.

        The mock waits, for ``timeout`` of real time at most (10 minutes); then NotCome is raised.
        """
        ms = milliseconds(timeout)
        query = {"count": count, "timeoutMs": ms, **filters}
        return dict(call("GET", self.admin_url + "/requests/await", query=query, timeout=ms / 1000 + 60))

    def violations(self) -> Json:
        """Where the application broke the contract: ``{"violations", "total", "expected"}``."""
        return dict(self.control("GET", "/violations"))

    def unused(self) -> Json:
        """What has been set up and no request has met: ``{"outcomes", "faults", "runs"}``."""
        return dict(self.control("GET", "/unused"))


def _outcome(outcome: Outcome) -> Any:
    if not isinstance(outcome, str) or ":" not in outcome:
        return outcome
    name, duration = outcome.split(":", 1)
    return {"outcome": name, "durationMs": milliseconds(duration)}


def _given(**members: Any) -> Json:
    return {name: value for name, value in members.items() if value is not None}
