"""What kept-alive clients cost, and what a new one waits beside them: Markdown tables on standard output.

usage: connections.py BUILD_FOLDER [--clients N] [--idle-seconds S]

Each client opens a connection, asks for a run, and stays. Then, one by one, new clients connect and ask: the wait is
from connecting to the whole answer. At last connections are opened until one is refused.
"""
import argparse
import contextlib
import dataclasses
import os
import pathlib
import resource
import socket
import statistics
import subprocess
import tempfile
import time
from collections.abc import Iterator

from operations import GET, HEADERS
from table import machine, markdown, megabytes, number, resident

NEW_CLIENTS = 100
MOST_CONNECTIONS = 20_000  # if none is refused by then, none is
LONGEST_WAIT_S = 60
REQUEST = "".join(
    [f"{GET.method} {GET.target} HTTP/1.1\r\nHost: localhost\r\n", *(f"{n}: {v}\r\n" for n, v in HEADERS.items()), "\r\n"]
).encode()


@dataclasses.dataclass(frozen=True)
class Mock:
    port: int
    pid: int

    def threads(self) -> int:
        return len(list(pathlib.Path(f"/proc/{self.pid}/task").iterdir()))

    def cpu_s(self) -> float:
        """Seconds of processor time since its start."""
        fields = pathlib.Path(f"/proc/{self.pid}/stat").read_text().rpartition(")")[2].split()
        return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")

    def connect(self) -> socket.socket:
        return socket.create_connection(("127.0.0.1", self.port), timeout=LONGEST_WAIT_S)


@contextlib.contextmanager
def running(program: pathlib.Path) -> Iterator[Mock]:
    with tempfile.TemporaryDirectory() as folder:
        port_file = pathlib.Path(folder) / "port"
        process = subprocess.Popen([str(program), "--port", "0", "--port-file", str(port_file), "--quiet"],
                                   stdout=subprocess.DEVNULL)  # fmt: skip
        try:
            wait_until(lambda: port_file.exists() or process.poll() is not None)
            yield Mock(int(port_file.read_text()), process.pid)
        finally:
            process.terminate()
            process.wait()


def wait_until(is_so) -> bool:
    """False where it has not become so."""
    end = time.monotonic() + LONGEST_WAIT_S
    while not is_so():
        if time.monotonic() > end:
            return False
        time.sleep(0.05)
    return True


def ask(client: socket.socket) -> str:
    """The head of the answer, once all of it is there."""
    client.sendall(REQUEST)
    received = b""
    while b"\r\n\r\n" not in received:
        part = client.recv(65536)
        if not part:
            raise ConnectionError("closed without an answer")
        received += part
    head, _, body = received.partition(b"\r\n\r\n")
    fields = {line.partition(b":")[0].lower(): line.partition(b":")[2] for line in head.split(b"\r\n")}
    while len(body) < int(fields[b"content-length"]):
        body += client.recv(65536)
    return head.decode()


def status_of(head: str) -> int:
    return int(head.split()[1])


def wait_of_new_clients(mock: Mock) -> list[float]:
    """Milliseconds, one for each of them, in ascending order."""
    waits = []
    for _ in range(NEW_CLIENTS):
        begin = time.monotonic()
        with mock.connect() as client:
            if status_of(ask(client)) != 200:
                raise RuntimeError("a new client was not answered with 200")
        waits.append((time.monotonic() - begin) * 1000)
    return sorted(waits)


def idle_cpu(mock: Mock, seconds: float) -> float:
    """Of one core, in per cent."""
    before = mock.cpu_s()
    time.sleep(seconds)
    return (mock.cpu_s() - before) / seconds * 100


def row(name: str, mock: Mock, seconds: float) -> list[str]:
    waits = wait_of_new_clients(mock)
    cpu = idle_cpu(mock, seconds)
    measured = [statistics.median(waits), waits[-1]]
    return [name, *map(number, measured), f"{cpu:.1f} %", megabytes(resident(mock.pid)), str(mock.threads())]


def kept_alive(mock: Mock, clients: int, opened: contextlib.ExitStack) -> None:
    for _ in range(clients):
        client = opened.enter_context(mock.connect())
        if status_of(ask(client)) != 200:
            raise RuntimeError(f"one of {clients} clients was not answered with 200")


def until_refused(mock: Mock) -> tuple[int, str]:
    """How many connections are served at once, and what the next one is told."""
    with contextlib.ExitStack() as opened:
        for number_served in range(MOST_CONNECTIONS):
            head = ask(opened.enter_context(mock.connect()))
            if status_of(head) != 200:
                told = [line for line in head.split("\r\n")[1:] if line.lower().startswith(("retry-after", "connection"))]
                return number_served, ", ".join([head.split("\r\n")[0].partition(" ")[2], *told])
    return MOST_CONNECTIONS, "not refused"


def main() -> None:
    options = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    options.add_argument("build", type=pathlib.Path)
    options.add_argument("--clients", type=int, default=10_000)
    options.add_argument("--idle-seconds", type=float, default=5)
    given = options.parse_args()
    hard = resource.getrlimit(resource.RLIMIT_NOFILE)[1]
    with running(given.build / "mock_server" / "flow-mock") as mock:
        # Ours after the mock's start: it has to raise its own limit by itself.
        resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))
        at_rest = mock.threads()
        rows = [row("none", mock, given.idle_seconds)]
        with contextlib.ExitStack() as opened:
            begin = time.monotonic()
            kept_alive(mock, given.clients, opened)
            took = time.monotonic() - begin
            rows.append(row(f"{given.clients:,}", mock, given.idle_seconds))
        begin = time.monotonic()
        has_shrunk = wait_until(lambda: mock.threads() <= at_rest + 1)
        shrunk = f"{mock.threads()} threads {time.monotonic() - begin:.0f} s after they went"
        rows.append(row("none again", mock, given.idle_seconds))
        served, told = until_refused(mock)
    print(f"{machine()}; {NEW_CLIENTS} new clients, {given.idle_seconds:g} s idle\n")
    columns = ["Kept-alive clients", "New client's wait, median ms", "max ms", "CPU while idle", "RSS, MB", "Threads"]
    print(markdown(columns, rows))
    print(f"\n{given.clients:,} clients connected one after the other, and were answered, in {took:.2f} s. "
          f"{shrunk}{'' if has_shrunk else ': the pool has not shrunk'}. "
          f"{served:,} connections are served at once; the next is told: {told}.")  # fmt: skip


if __name__ == "__main__":
    main()
