"""flowctl, flow-contract and flow-mock's webhooks call servers that do what none should. Each program has to end, or
go on, as documented, with a sentence and within little memory. Prints TAP.

usage: hostile_server_test.py FLOWCTL FLOW_CONTRACT FLOW_MOCK SANITIZERS
"""
import concurrent.futures
import contextlib
import json
import os
import pathlib
import re
import resource
import socket
import struct
import subprocess
import sys
import tempfile
import threading
import time
import traceback
import urllib.error
import urllib.request
import zlib

LONGEST_S = 60  # what takes longer hangs
MEMORY = 1 << 29  # bytes of address space
RUN = "4fb0418e-1804-45d6-8d56-dd51f05c0baf"
BASE = "/data/foundation/flowservice"
OK = b"HTTP/1.1 200 OK\r\n"


class Server:
    """Reads each request, then does with its connection what `misbehave` does."""

    def __init__(self, misbehave):
        self.misbehave = misbehave
        self.socket = socket.create_server(("127.0.0.1", 0))
        self.url = f"http://127.0.0.1:{self.socket.getsockname()[1]}"
        threading.Thread(target=self.accept, daemon=True).start()

    def accept(self) -> None:
        while True:
            try:
                connection, _ = self.socket.accept()
            except OSError:
                return
            threading.Thread(target=self.serve, args=[connection], daemon=True).start()

    def serve(self, connection: socket.socket) -> None:
        with connection:
            connection.settimeout(LONGEST_S)
            try:
                self.misbehave(connection)
            except OSError:
                pass  # the client has had enough

    def __enter__(self) -> "Server":
        return self

    def __exit__(self, *_) -> None:
        self.socket.shutdown(socket.SHUT_RDWR)
        self.socket.close()


def received(connection: socket.socket) -> bytes:
    part = connection.recv(65536)
    if not part:
        raise OSError("half a request came")
    return part


def read_request(connection: socket.socket) -> None:
    request = b""
    while b"\r\n\r\n" not in request:
        request += received(connection)
    head, _, body = request.partition(b"\r\n\r\n")
    length = re.search(rb"content-length: (\d+)", head, re.IGNORECASE)
    while length and len(body) < int(length[1]):
        body += received(connection)


def answers(*parts: bytes, endlessly: bytes = b""):
    def misbehave(connection: socket.socket) -> None:
        read_request(connection)
        connection.sendall(b"".join(parts))
        while endlessly:
            connection.sendall(endlessly)

    return misbehave


def falls_silent_after(part: bytes):
    def misbehave(connection: socket.socket) -> None:
        read_request(connection)
        connection.sendall(part)
        while connection.recv(1):
            pass

    return misbehave


def resets_after(part: bytes):
    def misbehave(connection: socket.socket) -> None:
        read_request(connection)
        connection.sendall(part)
        connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))

    return misbehave


def body(content: bytes, *fields: bytes) -> bytes:
    lines = [OK, b"Content-Type: application/json\r\n", b"Content-Length: %d\r\n" % len(content), *fields]
    return b"".join(lines) + b"\r\n" + content


def bomb() -> bytes:
    """900 MiB of zeros, as gzip."""
    packer = zlib.compressobj(9, zlib.DEFLATED, 31)
    mebibyte = bytes(1 << 20)
    begin = packer.compress(mebibyte) + packer.flush(zlib.Z_FULL_FLUSH)
    block = packer.compress(mebibyte) + packer.flush(zlib.Z_FULL_FLUSH)
    return begin + block * 899


BROKE = "broke before a whole answer came"
NO_HTTP = "is not HTTP"
LONG_LINE = "a head that is too long"
# What a server does, and how it is called in messages; "" where it is an answer, if a bad one.
FAILURES = {
    "endless status line": (answers(b"HTTP/1.1 200 ", endlessly=b"a" * 4096), LONG_LINE),
    "endless header": (answers(OK, b"X-A: ", endlessly=b"a" * 4096), LONG_LINE),
    "endless headers": (answers(OK, endlessly=b"X-A: " + b"b" * 60 + b"\r\n"), "a head of more than 65536 bytes"),
    "endless body": (answers(OK, b"\r\n", endlessly=b"[" * 65536), "a body of more than [0-9]+ bytes"),
    "endless chunks": (
        answers(OK, b"Transfer-Encoding: chunked\r\n\r\n", endlessly=b"1000\r\n" + b"[" * 4096 + b"\r\n"),
        "a body of more than [0-9]+ bytes",
    ),
    "endless trailers": (
        answers(OK, b"Transfer-Encoding: chunked\r\n\r\n0\r\n", endlessly=b"X-A: " + b"b" * 60 + b"\r\n"),
        "a head of more than 65536 bytes",
    ),
    "endless interim answers": (
        answers(endlessly=b"HTTP/1.1 100 Continue\r\n\r\n" * 100),
        "a head of more than 65536 bytes",
    ),
    "no answer": (answers(), BROKE),
    "half a status line": (answers(b"HTTP/1.1 20"), f"{BROKE}|{NO_HTTP}"),
    "half a head": (answers(OK, b"Content-Le"), f"{BROKE}|{NO_HTTP}"),
    "half a body": (answers(body(b"{}")[:-1]), BROKE),
    "half a chunk": (answers(OK, b"Transfer-Encoding: chunked\r\n\r\n10\r\n{"), BROKE),
    "a reset before the answer": (resets_after(b""), BROKE),
    "a reset in the head": (resets_after(OK), BROKE),
    "a reset in the body": (resets_after(body(b"{}")[:-1]), BROKE),
    "a length that is none": (answers(OK, b"Content-Length: -2\r\n\r\n{}"), f"{NO_HTTP}|{BROKE}"),
    "chunks that are none": (answers(OK, b"Transfer-Encoding: chunked\r\n\r\nzz\r\n{}"), BROKE),
    "a NUL in the head": (answers(OK, b"X-A: a\0b\r\nContent-Length: 2\r\n\r\n{}"), NO_HTTP),
    "two status lines": (answers(OK, body(b"{}")), NO_HTTP),
    "HTTP/0.9": (answers(b"{}"), NO_HTTP),
    "another protocol": (answers(b"SSH-2.0-OpenSSH_9.2\r\n"), NO_HTTP),
}
SILENCES = {
    "silence": falls_silent_after(b""),
    "half a head, then silence": falls_silent_after(OK),
    "half a body, then silence": falls_silent_after(body(b"{}")[:-1]),
}
NOT_JSON = {
    "a gzip bomb": answers(body(bomb(), b"Content-Encoding: gzip\r\n")),
    "arrays 60,000 levels deep": answers(body(b'{"items":[{"id":"a","x":' + b"[" * 60_000 + b"]" * 60_000 + b"}]}")),
    "objects 60,000 levels deep": answers(body(b'{"items":' * 60_000 + b"1" + b"}" * 60_000)),
    "a length that is too small": answers(OK, b"Content-Length: 1\r\n\r\n{}{}{}"),
}


def long_reason(status: int, length: int):
    return answers(b"HTTP/1.1 %d " % status, b"a" * length, b"\r\nContent-Length: 0\r\n\r\n")


def bounded(sanitizers: str) -> dict:
    """Options of a process: little memory, no proxy, none of the user's settings."""
    environment = {name: value for name, value in os.environ.items() if not name.lower().endswith("_proxy")}
    environment |= {"XDG_CONFIG_HOME": os.devnull, "MALLOC_ARENA_MAX": "2"}
    if sanitizers != "none":  # they reserve address space without end
        return {"env": environment}
    return {"env": environment, "preexec_fn": lambda: resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))}


class Mock:
    """A flow-mock on a free port, with one sandbox that has a webhook."""

    def __init__(self, program: str, options: dict):
        self.folder = tempfile.TemporaryDirectory()
        port_file = pathlib.Path(self.folder.name) / "port"
        self.process = subprocess.Popen(
            [program, "--port", "0", "--port-file", str(port_file), "--quiet"], stdout=subprocess.DEVNULL, **options
        )
        end = time.monotonic() + LONGEST_S
        while not port_file.exists():
            if self.process.poll() is not None or time.monotonic() > end:
                raise RuntimeError("flow-mock did not start")
            time.sleep(0.02)
        self.url = f"http://127.0.0.1:{port_file.read_text().strip()}"

    def __enter__(self) -> "Mock":
        return self

    def __exit__(self, *_) -> None:
        self.process.terminate()
        self.process.wait(LONGEST_S)
        self.folder.cleanup()

    def call(self, method: str, path: str, content=None):
        request = urllib.request.Request(
            self.url + path,
            method=method,
            data=None if content is None else json.dumps(content).encode(),
            headers={
                "Authorization": "Bearer t",
                "x-api-key": "k",
                "x-gw-ims-org-id": "org",
                "x-sandbox-name": "dev",
                "Content-Type": "application/json",
            },
        )
        opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
        with opener.open(request, timeout=LONGEST_S) as response:
            return json.load(response)

    def delivery(self, url: str) -> dict:
        """The only attempt to tell `url` of a run's end."""
        sandbox = "/__admin/sandboxes/org/dev"
        self.call("PUT", sandbox + "/webhook", {"url": url, "timeoutMs": 5000, "retry": {"forMs": 0}})
        self.call("POST", f"{BASE}/runs/{RUN}/action?op=re-trigger")
        end = time.monotonic() + LONGEST_S
        while time.monotonic() < end:
            events = self.call("GET", sandbox + "/events")["events"]
            if events and events[0]["state"] != "pending":
                return events[0]
            time.sleep(0.02)
        raise AssertionError("the event stayed pending")


class Tests:
    def __init__(self, flowctl: str, flow_contract: str, flow_mock: str, sanitizers: str):
        self.flowctl_program = flowctl
        self.contract_program = flow_contract
        self.mock_program = flow_mock
        self.options = bounded(sanitizers)

    def run(self, *command: str) -> subprocess.CompletedProcess:
        return subprocess.run(
            command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, errors="replace",
            timeout=LONGEST_S, **self.options,
        )

    def expect(self, ended: subprocess.CompletedProcess, codes: set, sentence: str) -> None:
        assert ended.returncode in codes, f"exit code {ended.returncode}: {ended.stdout[-1000:]}"
        assert re.search(sentence, ended.stdout), ended.stdout[-1000:]

    def flowctl(self, misbehave, codes: set, sentence: str, *command: str) -> None:
        with Server(misbehave) as server:
            ended = self.run(self.flowctl_program, "--base-url", server.url, *command)
            self.expect(ended, codes, sentence)
            assert ended.stdout.startswith("flowctl: "), ended.stdout[-1000:]

    def contract(self, misbehave, codes: set, sentence: str, *options: str) -> None:
        with Server(misbehave) as server:
            self.contract_at(server.url, codes, sentence, *options)

    def contract_at(self, url: str, codes: set, sentence: str, *options: str) -> None:
        clause = ["--filter", "list/answer/shape"]
        who = ["--token", "t", "--api-key", "k", "--org", "o", "--sandbox", "dev"]
        ended = self.run(self.contract_program, "run", "--base-url", url, *clause, *who, *options)
        self.expect(ended, codes, sentence)

    def no_connection(self) -> None:
        """To a server whose queue of connections is full."""
        with contextlib.ExitStack() as sockets:
            full = sockets.enter_context(socket.create_server(("127.0.0.1", 0), backlog=0))
            for _ in range(4):
                waiting = sockets.enter_context(socket.socket())
                waiting.setblocking(False)
                waiting.connect_ex(full.getsockname())
            url = f"http://127.0.0.1:{full.getsockname()[1]}"
            self.contract_at(url, {2}, "no connection to .* within 1000 ms", "--connect-timeout", "1")

    def cases(self):
        """(name, check) of each."""
        for what, (misbehave, sentence) in FAILURES.items():
            # Nobody knows whether the run was retried.
            yield f"flowctl: {what}", lambda m=misbehave, s=sentence: self.flowctl(m, {6}, s, "retry", RUN)
            # On a slow machine its ten seconds may be over before an endless answer is too long.
            either = f"{sentence}|no whole answer"
            yield f"flow-contract: {what}", lambda m=misbehave, s=either: self.contract(m, {2}, s)
            yield f"webhook: {what}", lambda m=misbehave, s=sentence: self.webhook(m, s)
        for what, misbehave in SILENCES.items():
            late = "no whole answer from .* within [0-9]+ ms"
            yield f"flow-contract: {what}", lambda m=misbehave: self.contract(m, {2}, late)
            yield f"webhook: {what}", lambda m=misbehave: self.webhook(m, late)
        yield "flow-contract: silence, for as long as it is told to wait", lambda: self.contract(
            SILENCES["silence"], {2}, "no whole answer from .* within 1000 ms", "--timeout", "1"
        )
        yield "flow-contract: no connection, for as long as it is told to wait", self.no_connection
        for what, misbehave in NOT_JSON.items():
            yield f"flowctl: {what}", lambda m=misbehave: self.flowctl(m, {5}, "answer", "list")
            yield f"flowctl mock: {what}", lambda m=misbehave: self.flowctl(m, {5}, "control API", "mock", "clock")
            yield f"flow-contract: {what}", lambda m=misbehave: self.contract(m, {1, 2}, "BROKEN +list/answer/shape|HTTP")
            yield f"webhook: {what}", lambda m=misbehave: self.webhook(m, "", 200)
        long = 27_000
        yield "flowctl: a long reason", lambda: self.flowctl(long_reason(400, long), {1}, "400", "retry", RUN)
        yield "flow-contract: a long reason", lambda: self.contract(long_reason(400, long), {1}, "status")
        yield "webhook: a long reason", lambda: self.webhook(long_reason(200, long), "", 200)
        yield "flowctl: an endless body, four times", lambda: self.flowctl(
            FAILURES["endless body"][0], {5}, "a body of more than 16777216 bytes", "list"
        )
        yield "webhook: a host of 2,000 letters", lambda: self.long_host()

    def webhook(self, misbehave, sentence: str, status: int = 0) -> None:
        with Server(misbehave) as server, Mock(self.mock_program, self.options) as mock:
            event = mock.delivery(server.url + "/hook")
            mock.call("GET", "/__admin/health/live")
            assert (event["state"] == "delivered") == (status == 200), event
            attempt = event["attempts"][0]
            assert re.search(sentence, attempt.get("error", "")), attempt
            assert attempt.get("status", 0) == status, attempt

    def long_host(self) -> None:
        with Mock(self.mock_program, self.options) as mock:
            try:
                mock.delivery(f"http://{'a' * 2000}/")
            except urllib.error.HTTPError as error:
                assert error.code == 400 and b"at most 253" in error.read()
            else:
                raise AssertionError("was taken")


def main() -> None:
    tests = Tests(*sys.argv[1:])
    if sys.argv[4] != "none":
        print("# no limit of memory: the sanitizers reserve address space")
    cases = list(tests.cases())

    def problem_of(case) -> str:
        try:
            case[1]()
        except Exception:  # whatever it was, the others are run
            return traceback.format_exc()
        return ""

    broken = 0
    print(f"1..{len(cases)}")
    with concurrent.futures.ThreadPoolExecutor(6) as pool:  # most of them wait
        for number, ((name, _), problem) in enumerate(zip(cases, pool.map(problem_of, cases)), 1):
            broken += bool(problem)
            print(f"{'not ok' if problem else 'ok'} {number} - {name}", flush=True)
            print(problem, end="", file=sys.stderr)
    sys.exit(1 if broken else 0)


if __name__ == "__main__":
    main()
