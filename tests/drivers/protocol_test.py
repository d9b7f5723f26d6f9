"""Tries flow-mock with raw bytes, row by row of protocol_rows.py: at once, then byte by byte. Prints TAP.

usage: protocol_test.py FLOW_MOCK
"""
import functools
import json
import pathlib
import socket
import sys
import traceback

sys.path.insert(0, str(pathlib.Path(__file__).parent))
from protocol_rows import ROWS, Row, read, retry  # noqa: E402
from urllib_test import LONGEST_S, SEEDED, Mock, check  # noqa: E402

LONGEST_BYTEWISE = 2000


class Connection:
    """Sends bytes as they are and takes answers apart."""

    def __init__(self, port: int):
        self.socket = socket.create_connection(("127.0.0.1", port), LONGEST_S)
        self.socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self.unread = b""

    def __enter__(self) -> "Connection":
        return self

    def __exit__(self, *_) -> None:
        self.socket.close()

    def send(self, pieces: list[bytes]) -> None:
        try:
            for piece in pieces:
                self.socket.sendall(piece)
        except (BrokenPipeError, ConnectionResetError):
            pass  # refused before all was sent: the answer tells

    def end(self) -> None:
        try:
            self.socket.shutdown(socket.SHUT_WR)
        except OSError:
            pass

    def receive(self) -> bool:
        received = self.socket.recv(65536)
        self.unread += received
        return bool(received)

    def answer(self, bodiless: bool = False) -> tuple[int, dict[str, str], bytes]:
        while b"\r\n\r\n" not in self.unread:
            if not self.receive():
                raise AssertionError(f"closed in place of an answer, after {self.unread!r}")
        head, self.unread = self.unread.split(b"\r\n\r\n", 1)
        line, *fields = head.decode("latin-1").split("\r\n")
        headers = {name.lower(): value.strip() for name, value in (field.split(":", 1) for field in fields)}
        length = 0 if bodiless else int(headers.get("content-length", 0))
        while len(self.unread) < length:
            if not self.receive():
                raise AssertionError(f"closed within an answer, after {self.unread!r}")
        body, self.unread = self.unread[:length], self.unread[length:]
        return int(line.split(" ")[1]), headers, body

    def check_closed(self) -> None:
        try:
            while self.receive():
                pass
        except ConnectionResetError:
            pass
        check(b"", self.unread)


def runs_of(mock: Mock, sandbox: str) -> int:
    return mock.flow_service("GET", "/runs?count=true", x_sandbox_name=sandbox, x_gw_ims_org_id="o")[1]["count"]


def check_answer(row: Row, status: int, headers: dict[str, str], body: bytes) -> None:
    if status == 100:
        return
    if not row.bodiless:
        json.loads(body)
    check(True, headers["content-type"].startswith(("application/json", "application/problem+json")))
    check(None, headers.get("content-range"))
    if status not in (200, 404, 415) and row.closed:
        check("close", headers.get("connection", "").lower())


def try_row(mock: Mock, row: Row, pieces: list[bytes], sandbox: str) -> None:
    with Connection(mock.port) as connection:
        connection.send(pieces)
        if row.ends:
            connection.end()
        for expected in row.statuses:
            status, headers, body = connection.answer(row.bodiless)
            if status == 100 and expected != 100:  # sent where the body came later than the head
                status, headers, body = connection.answer(row.bodiless)
            check(expected, status)
            check_answer(row, status, headers, body)
        if row.closed:
            connection.check_closed()
        elif 100 not in row.statuses:
            connection.send([read().replace(b"SANDBOX", sandbox.encode())])
            check(200, connection.answer()[0])
            check(b"", connection.unread)
    check(SEEDED + row.made, runs_of(mock, sandbox))
    check(None, mock.process.poll())


def row_holds(mock: Mock, row: Row, number: int) -> None:
    sandbox = f"row-{number:03}"
    sent = row.sent.replace(b"SANDBOX", sandbox.encode())
    try_row(mock, row, [sent], sandbox)
    if len(sent) <= LONGEST_BYTEWISE:
        sandbox = f"bit-{number:03}"
        sent = row.sent.replace(b"SANDBOX", sandbox.encode())
        try_row(mock, row, [sent[at : at + 1] for at in range(len(sent))], sandbox)


def a_body_is_sent_once_it_is_asked_for(mock: Mock) -> None:
    with Connection(mock.port) as connection:
        connection.send([retry(b"Expect: 100-continue", b"Content-Length: 2").replace(b"SANDBOX", b"expects")])
        check(100, connection.answer()[0])
        connection.send([b"{}"])
        check(200, connection.answer()[0])
    check(SEEDED + 1, runs_of(mock, "expects"))


def values_are_taken_literally(mock: Mock) -> None:
    sent = {"a%2fb", "a+b", "a%00", "%0d%0a", "%%%"}
    for sandbox in sent:
        check(SEEDED, runs_of(mock, sandbox))
    named = {entry["sandbox"] for entry in mock.call("GET", "/__admin/sandboxes")[1]["sandboxes"]}
    check(set(), sent - named)
    check(set(), {"a/b", "a b", "\r\n"} & named)


def values_forge_no_line_of_the_journal(mock: Mock) -> None:
    sent = ["a%0aX-Forged: yes", "a%0d%0aX-Forged: yes", "%0a%0a", "a%00b"]
    for value in sent:
        mock.flow_service("GET", "/runs?limit=1", x_probe=value)
    status, journal, _ = mock.call("GET", "/__admin/requests?limit=1000")
    check(200, status)
    fields = [(field["name"].lower(), field["value"]) for entry in journal["requests"] for field in entry["headers"]]
    check([], [field for field in fields if field[0] == "x-forged"])
    check(set(sent), {value for name, value in fields if name == "x-probe"})


def tokens_are_taken_literally(program: str) -> None:
    with Mock(program, "--allow", "token=t%2B+x") as mock:
        for token, expected in (("t%2B+x", 200), ("t++x", 401), ("t%2b+x", 401)):
            check(expected, mock.flow_service("GET", "/runs", Authorization=f"Bearer {token}")[0])


def main() -> int:
    program = sys.argv[1]
    with Mock(program) as mock:
        tests = [(row.name, functools.partial(row_holds, mock, row, number)) for number, row in enumerate(ROWS)]
        for test in (
            a_body_is_sent_once_it_is_asked_for,
            values_are_taken_literally,
            values_forge_no_line_of_the_journal,
        ):
            tests.append((test.__name__.replace("_", " "), functools.partial(test, mock)))
        tests.append(("tokens are taken literally", functools.partial(tokens_are_taken_literally, program)))
        print(f"1..{len(tests)}")
        failures = 0
        for number, (name, test) in enumerate(tests, 1):
            name = name.replace("\\", "/").replace("#", "(hash)")  # of which TAP makes something else
            try:
                test()
                print(f"ok {number} - {name}", flush=True)
            except Exception:  # each is told, whatever it is, and the next one runs
                failures += 1
                print(f"not ok {number} - {name}", flush=True)
                for line in traceback.format_exc().splitlines():
                    print(f"# {line}", flush=True)
    return 1 if failures else 0


if __name__ == "__main__":
    sys.exit(main())
