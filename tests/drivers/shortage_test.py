"""The mock with little memory to be had: large requests are answered 503, and the process goes on; likewise by
HTTPS, which every other client speaks. Where documents have taken all of it, a reset gives it back. Prints TAP.

usage: shortage_test.py FLOW_MOCK SANITIZERS   (the value of Meson's b_sanitize: theirs take all addresses there are)
"""
import collections
import dataclasses
import resource
import socket
import ssl
import subprocess
import sys
import tempfile
import threading
import time

LIMITS_MB = (160, 220, 320)
CLIENTS = 60
SERVICE = "/data/foundation/flowservice"
HEAD = (
    "{method} {path} HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer t\r\nx-api-key: k\r\n"
    "x-gw-ims-org-id: o\r\nx-sandbox-name: s\r\nContent-Type: application/json\r\n"
)
KEPT = (
    '{"name": "large", "auth": {"specName": "Access Key", "params": {}}, "connectionSpec": '
    '{"id": "ecadc60c-7455-4d87-84dc-2a0e293d997b", "version": "1.0"}, "description": "' + "x" * 900_000 + '"}'
)
BODIES = ('{"flowId": "' + "x" * 1_000_000 + '"}', '{"a": [' + "{}," * 120_000 + "1]}", "[" + "{}," * 340_000 + "1]")


UNVERIFIED = ssl.create_default_context()
UNVERIFIED.check_hostname = False
UNVERIFIED.verify_mode = ssl.CERT_NONE


@dataclasses.dataclass(frozen=True)
class Door:
    port: int
    is_tls: bool

    def connect(self) -> socket.socket:
        plain = socket.create_connection(("127.0.0.1", self.port), timeout=60)
        return UNVERIFIED.wrap_socket(plain) if self.is_tls else plain


def ask(door: Door, method: str, body: str = "", path: str = SERVICE + "/runs") -> str:
    """The status of the answer; "" where none came."""
    try:
        with door.connect() as client:
            length = f"Content-Length: {len(body)}\r\n" if body else ""
            client.sendall((HEAD.format(method=method, path=path) + length + "\r\n" + body).encode())
            return client.recv(65536)[9:12].decode()
    except OSError:
        return ""


def besiege(doors: list[Door]) -> collections.Counter:
    statuses = collections.Counter()

    def client(number: int) -> None:
        statuses.update([ask(doors[number % len(doors)], "POST", BODIES[number // len(doors) % len(BODIES)])])

    clients = [threading.Thread(target=client, args=(number,)) for number in range(CLIENTS)]
    for client in clients:
        client.start()
    for client in clients:
        client.join()
    return statuses


def fill(doors: list[Door]) -> None:
    """Has documents kept by many clients at once, until there is no room for more."""

    def client(number: int) -> None:
        refused = 0
        while refused < 20:
            refused += ask(doors[number % len(doors)], "POST", KEPT, SERVICE + "/connections") != "201"

    clients = [threading.Thread(target=client, args=(number,)) for number in range(CLIENTS // 3)]
    for client in clients:
        client.start()
    for client in clients:
        client.join()


def recovers(door: Door) -> bool:
    """Whether it answers as ever, once the threads of the clients have ended."""
    until = time.monotonic() + 90
    while time.monotonic() < until:
        if ask(door, "GET") == "200":
            return True
        time.sleep(0.2)
    return False


def judge(program: str, megabytes: int, folder: str) -> list[str]:
    """What is wrong; nothing where all is well."""
    limit = megabytes * 1024 * 1024
    mock = subprocess.Popen(
        [program, "--port", "0", "--https-port", "0", "--tls-auto", folder, "--quiet"], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
        preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_AS, (limit, limit)),
    )  # fmt: skip
    try:
        doors = [Door(int(mock.stdout.readline().rsplit(":", 1)[1]), is_tls) for is_tls in (False, True)]
        statuses = besiege(doors)
        wrong = [] if set(statuses) <= {"", "400", "503"} else [f"answers: {dict(statuses)}"]
        if mock.poll() is not None:
            return [*wrong, f"it ended with {mock.returncode}", mock.stderr.read()]
        wrong += [f"it does not answer again: {door}" for door in doors if not recovers(door)]
        fill(doors)
        for path in ("/__admin/sandboxes/o/s/reset", "/__admin/reset"):
            if (status := ask(doors[0], "POST", path=path)) != "200":
                wrong += [f"{path}: {status}"]
        wrong += [f"it does not answer after a reset: {door}" for door in doors if not recovers(door)]
        mock.terminate()
        status = mock.wait(30)
        return wrong if status == 0 else [*wrong, f"it ended with {status}"]
    finally:
        mock.kill()


def main() -> None:
    program, sanitizers = sys.argv[1:]
    if sanitizers != "none":
        print("1..0 # SKIP the sanitizers need more addresses than the limits leave")
        return
    print(f"1..{len(LIMITS_MB)}")
    for number, megabytes in enumerate(LIMITS_MB, 1):
        with tempfile.TemporaryDirectory() as folder:
            wrong = judge(program, megabytes, folder)
        print("not ok" if wrong else "ok", number, f"- within {megabytes} MB")
        for what in wrong:
            print(what, file=sys.stderr)


if __name__ == "__main__":
    main()
