"""The mock with a store in a file: killed a hundred times under load, on a full disk, restarted. Prints TAP.

usage: lasting_test.py FLOW_MOCK
"""
import contextlib
import http.client
import http.server
import json
import pathlib
import random
import resource
import signal
import subprocess
import sys
import tempfile
import threading
import time
import traceback
import uuid

SERVICE = "/data/foundation/flowservice"
FAILED = "4fb0418e-1804-45d6-8d56-dd51f05c0baf"
KILLS = 100
CLIENTS = 6
LONGEST_S = 60  # what takes longer hangs
HEADERS = {
    "Authorization": "Bearer t",
    "x-api-key": "k",
    "x-gw-ims-org-id": "o",
    "x-sandbox-name": "s",
    "Content-Type": "application/json",
}
ADMIN = "/__admin/sandboxes/o/s"


class Answer:
    def __init__(self, response: http.client.HTTPResponse):
        self.status = response.status
        self.headers = response.headers
        self.text = response.read().decode()

    def json(self):
        return json.loads(self.text)


class Mock:
    """A running mock; its store is in the folder."""

    def __init__(self, program: str, folder: pathlib.Path, *options: str):
        port_file = folder / "port"
        port_file.unlink(missing_ok=True)
        store = f"sqlite:{folder / 'store.db'}"
        self.process = subprocess.Popen(
            [program, "--port", "0", "--port-file", str(port_file), "--store", store, "--quiet", *options],
            stdout=subprocess.DEVNULL,
            stderr=subprocess.PIPE,
            text=True,
        )
        wait_for(lambda: self.process.poll() is not None or (port_file.exists() and port_file.read_text()), "it did not start")
        if self.process.poll() is not None:
            raise RuntimeError(self.process.stderr.read())
        self.port = int(port_file.read_text())

    def connect(self) -> http.client.HTTPConnection:
        return http.client.HTTPConnection("127.0.0.1", self.port, timeout=LONGEST_S)

    def ask(self, method: str, path: str, body=None, connection=None) -> Answer:
        with contextlib.ExitStack() as stack:
            if connection is None:
                connection = stack.enter_context(contextlib.closing(self.connect()))
            connection.request(method, path, None if body is None else json.dumps(body), HEADERS)
            return Answer(connection.getresponse())

    def retry(self, run: str = FAILED, connection=None) -> Answer:
        return self.ask("POST", f"{SERVICE}/runs/{run}/action?op=re-trigger", connection=connection)

    def runs(self) -> set[str]:
        listed = self.ask("GET", f"{ADMIN}/runs?limit=10000").json()
        return {run["id"] for run in listed["runs"]}

    def kill(self) -> None:
        self.process.send_signal(signal.SIGKILL)
        self.process.communicate()

    def stop(self) -> str:
        self.process.send_signal(signal.SIGTERM)
        _, said = self.process.communicate(timeout=LONGEST_S)
        return said if self.process.returncode == 0 else f"ended with {self.process.returncode}: {said}"


def wait_for(condition, what: str) -> None:
    end = time.monotonic() + LONGEST_S
    while not condition():
        if time.monotonic() > end:
            raise RuntimeError(what)
        time.sleep(0.005)


class Load:
    """Clients that retry one run, whose script says which ids the new runs have, and note what they are told."""

    def __init__(self, mock: Mock):
        self.mock = mock
        self.acknowledged: list[tuple[str, str]] = []  # ids of runs and of the requests that made them
        self.ends = False
        self.threads = [threading.Thread(target=self.send) for _ in range(CLIENTS)]
        for thread in self.threads:
            thread.start()

    def send(self) -> None:
        with contextlib.closing(self.mock.connect()) as connection:
            while not self.ends:
                try:
                    answer = self.mock.retry(connection=connection)
                except (OSError, http.client.HTTPException):
                    return  # it was killed
                if answer.status == 200:
                    self.acknowledged.append((answer.json()["id"], answer.headers["x-request-id"]))

    def end(self) -> None:
        self.ends = True
        for thread in self.threads:
            thread.join()


def lost(mock: Mock, acknowledged: list[tuple[str, str]], script: list[str]) -> list[str]:
    """What is not as the answers said."""
    runs = mock.runs()
    wrong = [f"run {run} was acknowledged and is gone" for run, _ in acknowledged if run not in runs]
    made = [run for run, _ in acknowledged]
    wrong += [f"{run} was made twice" for run in set(made) if made.count(run) > 1]
    taken = [id_ in runs for id_ in script]
    if taken != sorted(taken, reverse=True):
        wrong.append(f"outcomes were skipped: {''.join('x' if each else '.' for each in taken)}")
    requests = mock.ask("GET", f"{ADMIN}/requests?limit=10000").json()["requests"]
    journal = {request["requestId"] for request in requests}
    wrong += [f"request {id_} was answered and is not in the journal" for _, id_ in acknowledged if id_ not in journal]
    return wrong


def kills_lose_nothing(program: str, folder: pathlib.Path) -> list[str]:
    draw = random.Random(15)
    wrong: list[str] = []
    mock = Mock(program, folder, "--journal-size", "10000")
    total = 0
    for _ in range(KILLS):
        if mock.ask("POST", f"{ADMIN}/reset").status != 200:
            return ["it cannot be reset"]
        script = [str(uuid.UUID(int=draw.getrandbits(128), version=4)) for _ in range(400)]
        outcomes = [{"outcome": "failed", "id": id_} for id_ in script]
        if mock.ask("PUT", f"{ADMIN}/runs/{FAILED}/script", {"retries": outcomes}).status != 200:
            return ["it takes no script"]
        load = Load(mock)
        time.sleep(draw.uniform(0.0, 0.06))
        mock.kill()
        load.end()
        mock = Mock(program, folder, "--journal-size", "10000")
        wrong += lost(mock, load.acknowledged, script)
        total += len(load.acknowledged)
    wrong += [said for said in [mock.stop()] if said]
    print(f"# {total} acknowledged retries over {KILLS} kills")
    return wrong if total > KILLS else [*wrong, "hardly anything was acknowledged"]


def limit_files(mock: Mock, bytes_: int) -> None:
    """As on a full disk, no file of the mock's may grow beyond so many bytes."""
    resource.prlimit(mock.process.pid, resource.RLIMIT_FSIZE, (bytes_, resource.RLIM_INFINITY))


def a_full_disk_passes(program: str, folder: pathlib.Path) -> list[str]:
    wrong = []
    mock = Mock(program, folder)
    script = [str(uuid.UUID(int=number, version=4)) for number in range(1, 4)]
    mock.ask("PUT", f"{ADMIN}/runs/{FAILED}/script", {"retries": [{"outcome": "failed", "id": id_} for id_ in script]})
    before = mock.runs()
    limit_files(mock, 4096)
    for what, answer in (
        ("a retry", mock.retry()),
        ("another", mock.retry()),
        ("the control API", mock.ask("PUT", f"{ADMIN}/defaults", {"outcome": "failed"})),
    ):
        if answer.status != 503 or "store" not in answer.text:
            wrong.append(f"{what}: {answer.status} {answer.text}")
    if mock.retry().headers["x-flow-mock-store"] != "failed":
        wrong.append("the answer is not marked as the store's")
    if mock.ask("GET", "/__admin/health/ready").status != 503:
        wrong.append("it says that it is ready")
    if mock.ask("GET", f"{SERVICE}/runs/{FAILED}").status != 200 or mock.runs() != before:
        wrong.append("reads do not go on, or a run was made")
    if (violations := mock.ask("GET", f"{ADMIN}/violations").json()["total"]) != 0:
        wrong.append(f"{violations} violations")
    limit_files(mock, resource.RLIM_INFINITY)
    wait_for(lambda: mock.ask("GET", "/__admin/health/ready").status == 200, "it does not recover")
    made = [mock.retry().json().get("id") for _ in script]
    if made != script:
        wrong.append(f"outcomes: {made}")
    mock.kill()
    mock = Mock(program, folder)
    if not set(script) <= mock.runs():
        wrong.append("a run is gone")
    wrong += [said for said in [mock.stop()] if said]
    return wrong


def a_file_in_use_is_refused(program: str, folder: pathlib.Path) -> list[str]:
    mock = Mock(program, folder)
    try:
        Mock(program, folder)
    except RuntimeError as refused:
        mock.kill()
        again = Mock(program, folder)  # a kill leaves no lock
        again.stop()
        return [] if "another process" in str(refused) else [str(refused)]
    return ["two mocks share a file"]


class Receiver(http.server.ThreadingHTTPServer):
    """Takes events; refuses them at first."""

    def __init__(self):
        self.events: list[str] = []
        self.accepts = False
        receiver = self

        class Handler(http.server.BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                event = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
                receiver.events.append(json.dumps(event, sort_keys=True))
                self.send_response(200 if receiver.accepts else 503)
                self.end_headers()

            def log_message(self, *_args) -> None:
                pass

        super().__init__(("127.0.0.1", 0), Handler)
        self.close = self.server_close
        threading.Thread(target=self.serve_forever, daemon=True).start()


def an_event_is_delivered_after_a_kill(program: str, folder: pathlib.Path) -> list[str]:
    with contextlib.closing(Receiver()) as receiver:
        mock = Mock(program, folder)
        url = f"http://127.0.0.1:{receiver.server_address[1]}/events"
        if mock.ask("PUT", f"{ADMIN}/webhook", {"url": url, "retry": {"firstDelayMs": 1000}}).status != 200:
            return ["it takes no webhook"]
        if mock.retry().status != 200:
            return ["it cannot be retried"]
        wait_for(lambda: receiver.events, "no event came")
        mock.kill()
        receiver.accepts = True
        mock = Mock(program, folder)
        mock.ask("PUT", f"{ADMIN}/clock", {"advanceMs": 5000})

        def is_delivered() -> bool:
            events = mock.ask("GET", f"{ADMIN}/events").json()["events"]
            return [event["state"] for event in events] == ["delivered"]

        wait_for(is_delivered, "it is not delivered: " + mock.ask("GET", f"{ADMIN}/events").text)
        wrong = [said for said in [mock.stop()] if said]
        return wrong if len(set(receiver.events)) == 1 else [*wrong, f"it is another event: {receiver.events}"]


def main() -> int:
    program = sys.argv[1]
    cases = (kills_lose_nothing, a_full_disk_passes, a_file_in_use_is_refused, an_event_is_delivered_after_a_kill)
    print(f"1..{len(cases)}")
    failed = 0
    for number, case in enumerate(cases, 1):
        with tempfile.TemporaryDirectory() as folder:
            try:
                wrong = case(program, pathlib.Path(folder))
            except Exception:
                wrong = [traceback.format_exc()]
        for each in wrong[:20]:
            print(each, file=sys.stderr)
        failed += bool(wrong)
        print(f"{'not ok' if wrong else 'ok'} {number} - {case.__name__.replace('_', ' ')}", flush=True)
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
