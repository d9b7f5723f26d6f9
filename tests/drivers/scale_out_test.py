"""Three mocks behind nginx, as examples/scale-out sets them up, both ways. Prints TAP.

usage: scale_out_test.py FLOW_MOCK EXAMPLE
"""
import concurrent.futures
import http.client
import json
import os
import pathlib
import shutil
import socket
import subprocess
import sys
import tempfile
import time
import traceback

import postgres

BASE = "/data/foundation/flowservice"
FAILED = "4fb0418e-1804-45d6-8d56-dd51f05c0baf"
SANDBOXES = [f"s{number}" for number in range(30)]
ORGANISATIONS = [f"o{number}" for number in range(10)]
LONGEST_S = 60  # what takes longer hangs
NGINX = shutil.which("nginx", path=os.environ.get("PATH", "") + ":/usr/sbin") or ""


class UnixConnection(http.client.HTTPConnection):
    """nginx listens in the test's folder: no port can be taken by another."""

    def __init__(self, path: pathlib.Path):
        super().__init__("localhost", timeout=LONGEST_S)
        self.path = path

    def connect(self) -> None:
        self.sock = socket.socket(socket.AF_UNIX)
        self.sock.settimeout(LONGEST_S)
        self.sock.connect(str(self.path))


def wait_for(condition, what: str) -> None:
    end = time.monotonic() + LONGEST_S
    while not condition():
        if time.monotonic() > end:
            raise RuntimeError(what)
        time.sleep(0.02)


class SetUp:
    """The mocks, strict, and nginx with the example's configuration but for addresses."""

    def __init__(self, program: str, configuration: pathlib.Path, folder: pathlib.Path, store: str = ""):
        self.folder = folder
        key = folder / "token.key"
        key.write_bytes(os.urandom(32).hex().encode() + b"\n")
        what_makes_them_one = ["--store", store] if store else ["--token-key-file", str(key)]
        allowed = ["api-key=k", *(f"org={name}" for name in ("o", *ORGANISATIONS))]
        allowed += [f"sandbox={name}" for name in ("prod", *SANDBOXES)]
        options = ["--strict", "--reading", "sandbox-header=optional", *what_makes_them_one, *(word for each in allowed for word in ("--allow", each))]
        files = [folder / f"port-{number}" for number in (1, 2, 3)]
        self.mocks = [
            subprocess.Popen([program, "--port", "0", "--port-file", str(file), "--quiet", *options], stdout=subprocess.DEVNULL)
            for file in files
        ]
        wait_for(lambda: all(file.exists() and file.read_text() for file in files), "a mock did not start")
        self.ports = [int(file.read_text()) for file in files]
        text = configuration.read_text()
        for number, port in enumerate(self.ports, 1):
            text = text.replace(f"server mock-{number}:8080 ", f"server 127.0.0.1:{port} ")
        text = text.replace("listen 8080;", f"listen unix:{folder}/front;")
        user = "user root;\n" if os.geteuid() == 0 else ""
        temporary = "".join(
            f"  {kind}_temp_path {folder}/{kind};\n" for kind in ("client_body", "proxy", "fastcgi", "uwsgi", "scgi")
        )
        text = user + f"daemon off;\npid {folder}/pid;\n" + text.replace("http {\n", "http {\n" + temporary, 1)
        (folder / "nginx.conf").write_text(text)
        self.nginx = subprocess.Popen(
            [NGINX, "-p", str(folder), "-c", str(folder / "nginx.conf"), "-e", str(folder / "nginx.log")],
            stderr=subprocess.DEVNULL,
        )
        wait_for(lambda: (folder / "front").exists() or self.nginx.poll() is not None, "nginx did not start")
        if self.nginx.poll() is not None:
            raise RuntimeError((folder / "nginx.log").read_text())

    def stop(self) -> None:
        for process in (self.nginx, *self.mocks):
            process.terminate()
        for process in (self.nginx, *self.mocks):
            process.wait(LONGEST_S)

    def ask(self, method: str, path: str, sandbox: str = "", body=None, token: str = "", port: int = 0, organisation: str = "o"):
        """(status, JSON), through nginx, or from the mock at a port."""
        connection = (
            http.client.HTTPConnection("127.0.0.1", port, timeout=LONGEST_S) if port else UnixConnection(self.folder / "front")
        )
        headers = {"Content-Type": "application/json"}
        if sandbox:
            headers |= {"Authorization": f"Bearer {token}", "x-api-key": "k", "x-gw-ims-org-id": organisation}
            headers |= {"x-sandbox-name": sandbox} if sandbox != "prod" else {}  # which it is for without
        connection.request(method, path, None if body is None else json.dumps(body), headers)
        answer = connection.getresponse()
        text = answer.read()
        connection.close()
        is_json = "json" in answer.getheader("Content-Type", "")
        return answer.status, json.loads(text) if is_json else text.decode()

    def token(self, port: int = 0) -> str:
        form = "grant_type=client_credentials&client_id=c&client_secret=s&scope=openid"
        return self.ask("POST", "/ims/token/v3?" + form, port=port)[1]["access_token"]


def sandboxes_of(mocks: SetUp) -> list[set[str]]:
    return [
        {each["sandbox"] for each in mocks.ask("GET", "/__admin/sandboxes", port=port)[1]["sandboxes"]} for port in mocks.ports
    ]


def a_token_of_one_is_valid_at_all(mocks: SetUp) -> None:
    for token in (mocks.token(), *(mocks.token(port) for port in mocks.ports)):
        statuses = {mocks.ask("GET", f"{BASE}/runs", name, token=token)[0] for name in SANDBOXES}
        assert statuses == {200}, statuses
    assert mocks.ask("GET", f"{BASE}/runs", "s1", token="0" * 72)[0] == 401


def each_sandbox_is_at_one_mock(mocks: SetUp) -> None:
    shares = sandboxes_of(mocks)
    assert all(shares), "a mock has no sandbox"
    assert sorted(name for share in shares for name in share) == sorted(SANDBOXES), shares


def the_control_api_reaches_the_sandbox(mocks: SetUp) -> None:
    token = mocks.token()
    for name in SANDBOXES:
        script = f"/__admin/sandboxes/o/{name}/runs/{FAILED}/script"
        status, answer = mocks.ask("PUT", script, body={"retries": ["failed"]})
        assert status == 200, answer
        status, answer = mocks.ask("POST", f"{BASE}/runs/{FAILED}/action?op=re-trigger", name, token=token)
        assert status == 200, answer
        made = mocks.ask("GET", f"{BASE}/runs/{answer['id']}", name, token=token)[1]["items"][0]
        assert made["metrics"]["statusSummary"]["status"] == "failed", made
        counted = mocks.ask("GET", f"/__admin/sandboxes/o/{name}/requests/count?operation=retry_run")[1]
        assert counted["count"] == 1, counted
    shares = sandboxes_of(mocks)
    assert sum(map(len, shares)) == len(SANDBOXES), "the control API has made a sandbox elsewhere"


def a_request_without_sandbox_is_for_prod(mocks: SetUp) -> None:
    token = mocks.token()
    for name in ORGANISATIONS:
        assert mocks.ask("GET", f"{BASE}/runs/{FAILED}", "prod", token=token, organisation=name)[0] == 200
        counted = mocks.ask("GET", f"/__admin/sandboxes/{name}/prod/requests/count")[1]
        assert counted["count"] == 1, (name, counted)


def each_scripted_outcome_is_taken_once(mocks: SetUp) -> None:
    token = mocks.token()
    ids = {f"11111111-1111-4111-8111-{number:012}" for number in range(40)}
    retries = [{"outcome": "failed", "id": each} for each in sorted(ids)]
    assert mocks.ask("PUT", f"/__admin/sandboxes/o/s0/runs/{FAILED}/script", body={"retries": retries})[0] == 200

    def retry(_) -> str:
        return mocks.ask("POST", f"{BASE}/runs/{FAILED}/action?op=re-trigger", "s0", token=token)[1]["id"]

    with concurrent.futures.ThreadPoolExecutor(8) as pool:
        made = list(pool.map(retry, ids))
    assert len(made) == len(set(made)) and set(made) == ids, made


def a_mock_that_stops_takes_its_sandboxes_alone(mocks: SetUp) -> None:
    token = mocks.token()
    gone = sandboxes_of(mocks)[2]
    mocks.mocks[2].kill()
    mocks.mocks[2].wait(LONGEST_S)
    for name in SANDBOXES:
        status = mocks.ask("GET", f"{BASE}/runs/{FAILED}", name, token=token)[0]
        assert status == (502 if name in gone else 200), (name, status)


def the_control_api_reaches_the_sandbox_from_all(mocks: SetUp) -> None:
    token = mocks.token()
    script = f"/__admin/sandboxes/o/s0/runs/{FAILED}/script"
    assert mocks.ask("PUT", script, body={"retries": ["failed", "success", "failed"]}, port=mocks.ports[0])[0] == 200
    outcomes = []
    for port in mocks.ports:
        answer = mocks.ask("POST", f"{BASE}/runs/{FAILED}/action?op=re-trigger", "s0", token=token, port=port)[1]
        made = mocks.ask("GET", f"{BASE}/runs/{answer['id']}", "s0", token=token)[1]["items"][0]
        outcomes.append(made["metrics"]["statusSummary"]["status"])
    assert outcomes == ["failed", "success", "failed"], outcomes
    counts = {mocks.ask("GET", "/__admin/sandboxes/o/s0/requests/count", port=port)[1]["count"] for port in mocks.ports}
    assert len(counts) == 1, counts


def what_is_of_all_mocks_is_the_same_from_each(mocks: SetUp) -> None:
    token = mocks.token()
    fault = {"type": "status", "attributes": {"status": 500}, "times": 2}
    assert mocks.ask("POST", "/__admin/faults", body=fault, port=mocks.ports[0])[0] == 201
    met = [mocks.ask("GET", f"{BASE}/runs", "s1", token=token, port=port)[0] for port in (*mocks.ports, *mocks.ports)]
    assert met == [500, 500, 200, 200, 200, 200], met
    left = {json.dumps(mocks.ask("GET", "/__admin/faults", port=port)[1]) for port in mocks.ports}
    assert len(left) == 1, left
    assert mocks.ask("DELETE", "/__admin/faults", port=mocks.ports[2])[0] == 200
    sandboxes = sandboxes_of(mocks)
    assert sandboxes[0] == sandboxes[1] == sandboxes[2], sandboxes


def a_mock_that_stops_takes_nothing_with_it(mocks: SetUp) -> None:
    token = mocks.token()
    made = [
        mocks.ask("POST", f"{BASE}/runs/{FAILED}/action?op=re-trigger", name, token=token, port=mocks.ports[2])[1]["id"]
        for name in SANDBOXES[:10]
    ]
    mocks.mocks[2].kill()
    mocks.mocks[2].wait(LONGEST_S)
    for name, run in zip(SANDBOXES, made):
        for _ in range(3):
            status = mocks.ask("GET", f"{BASE}/runs/{run}", name, token=token)[0]
            assert status == 200, (name, status)


APART = [
    a_token_of_one_is_valid_at_all,
    each_sandbox_is_at_one_mock,
    the_control_api_reaches_the_sandbox,
    a_request_without_sandbox_is_for_prod,
    each_scripted_outcome_is_taken_once,
    a_mock_that_stops_takes_its_sandboxes_alone,
]
SHARED = [
    a_token_of_one_is_valid_at_all,
    the_control_api_reaches_the_sandbox_from_all,
    a_request_without_sandbox_is_for_prod,
    each_scripted_outcome_is_taken_once,
    what_is_of_all_mocks_is_the_same_from_each,
    a_mock_that_stops_takes_nothing_with_it,
]


def run(tests: list, first: int, what: str, *arguments) -> None:
    with tempfile.TemporaryDirectory() as folder:
        mocks = SetUp(*arguments[:2], pathlib.Path(folder), *arguments[2:])
        try:
            for number, test in enumerate(tests, first):
                name = what + test.__name__.replace("_", " ")
                try:
                    test(mocks)
                    print(f"ok {number} - {name}")
                except Exception:  # whatever it is, the others go on
                    print(f"not ok {number} - {name}")
                    print("\n".join("# " + line for line in traceback.format_exc().splitlines()))
        finally:
            mocks.stop()


def main() -> None:
    if not NGINX:
        print("1..0 # SKIP nginx is not there")
        return
    program, example = sys.argv[1], pathlib.Path(sys.argv[2])
    print(f"1..{len(APART) + len(SHARED)}")
    run(APART, 1, "apart: ", program, example / "nginx.conf")
    if postgres.installed() is None:
        for number, _ in enumerate(SHARED, len(APART) + 1):
            print(f"ok {number} - shared # SKIP PostgreSQL is not installed")
        return
    with postgres.Postgres() as database:
        run(SHARED, len(APART) + 1, "shared: ", program, example / "shared.nginx.conf", database.url)


main()
