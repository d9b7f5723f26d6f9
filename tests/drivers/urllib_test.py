"""Drives flow-mock as a Python program does that has nothing but the standard library. Prints TAP.

usage: urllib_test.py FLOW_MOCK
"""
import concurrent.futures
import http.client
import json
import pathlib
import subprocess
import sys
import tempfile
import time
import traceback
import urllib.error
import urllib.parse
import urllib.request

BASE = "/data/foundation/flowservice"
FAILED = "4fb0418e-1804-45d6-8d56-dd51f05c0baf"
ON_DEMAND = "3abea21c-7e36-4be1-bec1-d3bad0e3e0de"
BODY = {
    "flowId": ON_DEMAND,
    "params": {"startTime": 1663735590, "windowStartTime": 1651584991, "windowEndTime": 1651585017},
}
LONGEST_S = 60  # what takes longer hangs
SEEDED = 11  # runs a sandbox begins with


class Mock:
    """A flow-mock on a free port, known by its --port-file."""

    def __init__(self, program: str, *options: str):
        self.folder = tempfile.TemporaryDirectory()
        port_file = pathlib.Path(self.folder.name) / "port"
        self.process = subprocess.Popen(
            [program, "--port", "0", "--port-file", str(port_file), "--log-level", "warn", *options],
            stdout=subprocess.DEVNULL,
        )
        end = time.monotonic() + LONGEST_S
        while not port_file.exists():
            if self.process.poll() is not None or time.monotonic() > end:
                raise RuntimeError("flow-mock did not start")
            time.sleep(0.02)
        self.port = int(port_file.read_text())

    def __enter__(self) -> "Mock":
        return self

    def __exit__(self, *_) -> None:
        self.process.terminate()
        self.process.wait(LONGEST_S)
        self.folder.cleanup()

    def call(self, method: str, path: str, body=None, **headers: str):
        """(status, JSON, headers), by urllib."""
        request = urllib.request.Request(
            f"http://127.0.0.1:{self.port}{path}",
            method=method,
            data=body if body is None or isinstance(body, bytes) else json.dumps(body).encode(),
            headers={
                "Authorization": "Bearer t",
                "x-api-key": "k",
                "x-gw-ims-org-id": "o@AdobeOrg",
                "x-sandbox-name": "prod",
                "Content-Type": "application/json",
                **{name.replace("_", "-"): value for name, value in headers.items()},
            },
        )
        try:
            with urllib.request.urlopen(request, timeout=LONGEST_S) as response:
                text = response.read()
                return response.status, json.loads(text) if text else None, response.headers
        except urllib.error.HTTPError as error:
            with error:
                return error.code, json.load(error), error.headers

    def flow_service(self, method: str, path: str, body=None, **headers: str):
        return self.call(method, BASE + path, body, **headers)

    def token(self, **fields: str):
        form = {"grant_type": "client_credentials", "client_id": "id", "client_secret": "s3cr3t", "scope": "openid", **fields}
        return self.call(
            "POST", "/ims/token/v3", urllib.parse.urlencode(form).encode(), Content_Type="application/x-www-form-urlencoded"
        )


def code(answer: dict) -> str:
    return answer.get("error_code") or answer.get("error") or answer["type"].rpartition("FLOW-")[2]


def check(expected, got) -> None:
    if expected != got:
        raise AssertionError(f"expected {expected!r}, got {got!r}")


def retries_a_failed_run(program: str) -> None:
    with Mock(program) as mock:
        status, answer, _ = mock.flow_service("POST", f"/runs/{FAILED}/action?op=re-trigger")
        check((200, {"id", "etag"}), (status, set(answer)))
        status, answer, _ = mock.flow_service("GET", f"/runs/{answer['id']}")
        check((200, "success"), (status, answer["items"][0]["metrics"]["statusSummary"]["status"]))


def pages_while_others_create(program: str) -> None:
    with Mock(program) as mock:
        for _ in range(30):
            check(201, mock.flow_service("POST", "/runs", BODY)[0])
        before = {run["id"] for run in mock.flow_service("GET", "/runs?limit=100")[1]["items"]}
        with concurrent.futures.ThreadPoolExecutor(4) as others:
            creates = [others.submit(mock.flow_service, "POST", "/runs", BODY) for _ in range(40)]
            seen = []
            query = urllib.parse.urlencode({"limit": 5, "orderby": "-createdAt", "property": "sandboxName==prod"})
            path = f"/runs?{query}"
            while path:
                status, page, _ = mock.flow_service("GET", path)
                check(200, status)
                seen += [run["id"] for run in page["items"]]
                path = page["_links"].get("next", {}).get("href")
            check({201}, {create.result()[0] for create in creates})
        check(len(set(seen)), len(seen))
        check(set(), before - set(seen))


def follows_links_in_both_ways(program: str) -> None:
    with Mock(program) as mock:
        query = {"limit": 2, "orderby": "createdAt", "property": "", "count": "false"}
        ways = []
        for repeat in (True, False):
            seen, token = [], ""
            while True:
                parameters = {**(query if repeat or not token else {}), "continuationToken": token}
                page = mock.flow_service("GET", "/runs?" + urllib.parse.urlencode(parameters))[1]
                seen += [run["id"] for run in page["items"]]
                if "next" not in page["_links"]:
                    break
                token = page["_links"]["next"]["href"].split("=", 1)[1]
            ways.append(seen)
        check(SEEDED, len(ways[0]))
        check(ways[0], ways[1])


def walks_from_flow_to_runs(program: str) -> None:
    with Mock(program) as mock:
        created = mock.flow_service("POST", "/runs", BODY)[1]["items"][0]["id"]
        flow = mock.flow_service("GET", f"/flows/{ON_DEMAND}")[1]["items"][0]
        check(created, flow["lastRunDetails"]["id"])
        check([created], [run["id"] for run in mock.flow_service("GET", flow["runs"])[1]["items"]])


def updates_lose_nothing(program: str) -> None:
    with Mock(program) as mock:
        check(200, mock.flow_service("PUT", f"/runs/{FAILED}", {"params": {"count": 0}}, If_Match="*")[0])

        def add(times: int) -> None:
            while times > 0:
                run = mock.flow_service("GET", f"/runs/{FAILED}")[1]["items"][0]
                run["params"]["count"] += 1
                status, _, _ = mock.flow_service("PUT", f"/runs/{FAILED}", run, If_Match=run["etag"])
                times -= status == 200

        with concurrent.futures.ThreadPoolExecutor(4) as writers:
            list(writers.map(add, [10] * 4))
        check(40, mock.flow_service("GET", f"/runs/{FAILED}")[1]["items"][0]["params"]["count"])


def needs_if_match(program: str) -> None:
    with Mock(program) as mock:
        status, answer, _ = mock.flow_service("PUT", f"/runs/{FAILED}", {"providerRefId": "x"})
        check((400, "1403-400"), (status, code(answer)))
        status, answer, _ = mock.flow_service("PUT", f"/runs/{FAILED}", {"providerRefId": "x"}, If_Match='"x"')
        check((412, "1404-412"), (status, code(answer)))


def strict_takes_only_its_own_tokens(program: str) -> None:
    with tempfile.TemporaryDirectory() as folder:
        seed = pathlib.Path(folder) / "seed.json"
        allow = {
            "apiKeys": ["k"],
            "organisations": ["o@AdobeOrg"],
            "sandboxes": ["prod"],
            "clients": [{"id": "id", "secret": "s3cr3t", "scopes": ["openid"]}],
        }
        seed.write_text(json.dumps({"allow": allow, "flows": [], "runs": []}))
        with Mock(program, "--strict", "--seed", str(seed)) as mock:
            status, answer, headers = mock.token()
            check((200, "bearer", "no-store"), (status, answer["token_type"], headers["Cache-Control"]))
            token = "Bearer " + answer["access_token"]
            check(200, mock.flow_service("GET", "/runs", Authorization=token)[0])
            check("401013", code(mock.flow_service("GET", "/runs")[1]))
            other = mock.flow_service("GET", "/runs", Authorization=token, x_gw_ims_org_id="other")
            check((403, "403025"), (other[0], code(other[1])))
            for fields, expected in (
                ({"client_secret": "no"}, (401, "invalid_client")),
                ({"scope": "no"}, (400, "invalid_scope")),
                ({"grant_type": "no"}, (400, "unsupported_grant_type")),
                ({"client_id": ""}, (400, "invalid_request")),
            ):
                status, answer, headers = mock.token(**fields)
                check((*expected, "no-store"), (status, code(answer), headers["Cache-Control"]))


def takes_as_many_properties_as_a_line_holds(program: str) -> None:
    with Mock(program) as mock:
        path = BASE + "/runs?limit=1" + "&property=" * 600
        status, page, _ = mock.call("GET", path)
        check((200, 1), (status, len(page["items"])))
        status, page, _ = mock.call("GET", BASE + "/runs?" + "property=id&" * 1000)
        check((200, ["id"]), (status, list(page["items"][0])))
        status, error, _ = mock.call("GET", BASE + "/runs?property=createdAt==" + "x" * 10000)
        check((400, "1452-400"), (status, code(error)))


def keeps_a_connection_through_bad_queries(program: str) -> None:
    with Mock(program) as mock:
        connection = http.client.HTTPConnection("127.0.0.1", mock.port, timeout=LONGEST_S)
        headers = {"Authorization": "Bearer t", "x-api-key": "k", "x-gw-ims-org-id": "o", "x-sandbox-name": "prod"}
        for query, expected in (
            ("property=nosuch==1", "1449-400"),
            ("property=id<1", "1448-400"),
            ("property=createdAt==%FF", "1452-400"),
            ("orderby=%FF", "1432-400"),
            ("limit=0", "1394-400"),
            ("limit=x", "1452-400"),
            ("x=1", "1451-400"),
            ("continuationToken=%FF", "1452-400"),
        ):
            connection.request("GET", f"{BASE}/runs?{query}", headers=headers)
            response = connection.getresponse()
            check((400, expected), (response.status, code(json.load(response))))
        connection.request("GET", f"{BASE}/runs?count=true", headers=headers)
        check({"count": SEEDED}, json.load(connection.getresponse()))
        connection.close()


def main() -> int:
    tests = [
        retries_a_failed_run,
        pages_while_others_create,
        follows_links_in_both_ways,
        walks_from_flow_to_runs,
        updates_lose_nothing,
        needs_if_match,
        strict_takes_only_its_own_tokens,
        takes_as_many_properties_as_a_line_holds,
        keeps_a_connection_through_bad_queries,
    ]
    print(f"1..{len(tests)}")
    failures = 0
    for number, test in enumerate(tests, 1):
        name = test.__name__.replace("_", " ")
        try:
            test(sys.argv[1])
            print(f"ok {number} - {name}", flush=True)
        except Exception:  # each is told, whatever it is, and the next one runs
            failures += 1
            print(f"not ok {number} - {name}", flush=True)
            for line in traceback.format_exc().splitlines():
                print(f"# {line}", flush=True)
    return 1 if failures else 0


if __name__ == "__main__":
    sys.exit(main())
