"""The mock with little memory to be had: large requests are answered 503, and the process goes on. Prints TAP.

usage: shortage_test.py FLOW_MOCK SANITIZERS   (the value of Meson's b_sanitize: theirs take all addresses there are)
"""
import collections
import resource
import socket
import subprocess
import sys
import threading
import time

LIMITS_MB = (160, 220, 320)
CLIENTS = 60
HEAD = (
    "{method} /data/foundation/flowservice/runs HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer t\r\nx-api-key: k\r\n"
    "x-gw-ims-org-id: o\r\nx-sandbox-name: s\r\nContent-Type: application/json\r\n"
)
BODIES = ('{"flowId": "' + "x" * 1_000_000 + '"}', '{"a": [' + "{}," * 120_000 + "1]}", "[" + "{}," * 340_000 + "1]")


def ask(port: int, method: str, body: str = "") -> str:
    """The status of the answer; "" where none came."""
    try:
        with socket.create_connection(("127.0.0.1", port), timeout=60) as client:
            length = f"Content-Length: {len(body)}\r\n" if body else ""
            client.sendall((HEAD.format(method=method) + length + "\r\n" + body).encode())
            return client.recv(65536)[9:12].decode()
    except OSError:
        return ""


def besiege(port: int) -> collections.Counter:
    statuses = collections.Counter()
    clients = [
        threading.Thread(target=lambda body=BODIES[i % len(BODIES)]: statuses.update([ask(port, "POST", body)]))
        for i in range(CLIENTS)
    ]
    for client in clients:
        client.start()
    for client in clients:
        client.join()
    return statuses


def recovers(port: int) -> bool:
    """Whether it answers as ever, once the threads of the clients have ended."""
    until = time.monotonic() + 90
    while time.monotonic() < until:
        if ask(port, "GET") == "200":
            return True
        time.sleep(0.2)
    return False


def judge(program: str, megabytes: int) -> list[str]:
    """What is wrong; nothing where all is well."""
    limit = megabytes * 1024 * 1024
    mock = subprocess.Popen(
        [program, "--port", "0", "--quiet"], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
        preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_AS, (limit, limit)),
    )  # fmt: skip
    try:
        port = int(mock.stdout.readline().rsplit(":", 1)[1])
        statuses = besiege(port)
        wrong = [] if set(statuses) <= {"", "400", "503"} else [f"answers: {dict(statuses)}"]
        if mock.poll() is not None:
            return [*wrong, f"it ended with {mock.returncode}", mock.stderr.read()]
        if not recovers(port):
            wrong.append("it does not answer again")
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
        wrong = judge(program, megabytes)
        print("not ok" if wrong else "ok", number, f"- within {megabytes} MB")
        for what in wrong:
            print(what, file=sys.stderr)


if __name__ == "__main__":
    main()
