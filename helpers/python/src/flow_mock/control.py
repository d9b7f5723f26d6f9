"""Calls of the control API, and their refusals as exceptions."""
import json
from typing import Any, Mapping, Optional
from urllib.error import HTTPError
from urllib.parse import urlencode
from urllib.request import ProxyHandler, Request, build_opener

# The mock is on this machine: no proxy is between.
_opener = build_opener(ProxyHandler({}))


class FlowMockError(Exception):
    """What the helpers raise."""


class ControlError(FlowMockError):
    """The control API has refused a call, and nothing has been changed."""

    status: int
    """Of the answer: 400, 404, 409 …"""
    place: str
    """What is wrong: a JSON Pointer into the body, or the name of a parameter; empty if the API names none."""
    detail: str
    """Why, and what to change."""

    def __init__(self, call: str, status: int, answer: Mapping[str, Any]):
        first = (answer.get("errors") or [{}])[0]
        self.status = status
        self.place = first.get("source", {}).get("pointer", "")
        self.detail = first.get("detail", "")
        problem = ": ".join(part for part in (first.get("title", ""), self.place, self.detail) if part)
        super().__init__(f"{call}: {status} {problem}")


class NotCome(ControlError, AssertionError):
    """The awaited requests have not come in time. The message says which came nearest, and how they differ."""

    count: int
    """How many have come."""
    nearest: "list[dict[str, Any]]"
    """Up to five others, ``{"differences": [{"filter", "wanted", "is"}], "request": {…}}`` each, the nearest first."""

    def __init__(self, call: str, status: int, answer: Mapping[str, Any]):
        super().__init__(call, status, answer)
        self.count = answer["count"]
        self.nearest = answer["nearest"]

    def __str__(self) -> str:
        return "\n".join([self.detail, *map(_near, self.nearest)])


def _near(entry: Mapping[str, Any]) -> str:
    request = entry["request"]
    differences = (f"{it['filter']} is {it['is']}, not {it['wanted']}" for it in entry["differences"])
    return f"  {request['method']} {request['target']}, answered {request['status']}: {'; '.join(differences)}"


def call(
    method: str,
    url: str,
    body: Any = None,
    query: Optional[Mapping[str, Any]] = None,
    timeout: float = 60,
) -> Any:
    """Makes one call, and returns its answer's JSON. ``timeout`` is in seconds.

    Raises ControlError if it is refused, OSError if the mock does not answer.
    """
    if query:
        url += "?" + urlencode({name: _text(value) for name, value in query.items()})
    data = None if body is None else json.dumps(body).encode()
    request = Request(url, data, {"Content-Type": "application/json"}, method=method)
    try:
        with _opener.open(request, timeout=timeout) as answer:
            return json.load(answer)
    except HTTPError as refusal:
        with refusal:
            answer = _json(refusal.read())
        kind = NotCome if refusal.code == 408 and "nearest" in answer else ControlError
        raise kind(f"{method} {url}", refusal.code, answer) from None


def _text(value: Any) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)


def _json(text: bytes) -> Any:
    try:
        return json.loads(text)
    except ValueError:
        return {"errors": [{"detail": text.decode(errors="replace")}]}
