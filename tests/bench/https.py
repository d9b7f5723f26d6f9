"""HTTPS beside HTTP, and full handshakes beside nginx's: Markdown tables on standard output.

usage: https.py BUILD_FOLDER [--rounds N] [--seconds S]

wrk loads the mock with GET /runs/{id} over HTTP and over HTTPS in turn, connections kept alive. `openssl s_time -new`
then makes full handshakes with the mock and with nginx, which shows the same certificate. Printed are the medians of
the rounds.
"""
import argparse
import contextlib
import pathlib
import re
import shlex
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator

from operations import GET, free_port
from side_by_side import put_under_load
from table import first_line, machine, markdown, number, processor_seconds

CONNECTIONS = (8, 32, 256)
CLIENTS = 2  # that make handshakes at the same time
LONGEST_START_S = 60


def wait_for(file: pathlib.Path) -> int:
    """The port in the file, once it is there."""
    end = time.monotonic() + LONGEST_START_S
    while not (file.exists() and file.read_text().strip()):
        if time.monotonic() > end:
            raise RuntimeError(f"{file} was not written")
        time.sleep(0.01)
    return int(file.read_text())


@contextlib.contextmanager
def running(*command: str) -> Iterator[subprocess.Popen]:
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    try:
        yield process
    finally:
        process.terminate()
        process.wait()


def nginx(folder: pathlib.Path, port: int) -> list[str]:
    file = folder / "nginx.conf"
    file.write_text(
        f"worker_processes auto; daemon off; pid {folder}/nginx.pid; error_log {folder}/nginx.log crit;\n"
        "events { worker_connections 4096; }\n"
        f"http {{ access_log off; server {{ listen 127.0.0.1:{port} ssl backlog=1024; ssl_protocols TLSv1.2 TLSv1.3;\n"
        f"ssl_certificate {folder}/tls/server.pem; ssl_certificate_key {folder}/tls/server-key.pem;\n"
        'location / { return 200 "{}"; } } }\n'
    )
    return ["nginx", "-p", str(folder), "-c", str(file), "-e", str(folder / "nginx.log")]


def handshakes(port: int, seconds: int) -> int:
    command = ["openssl", "s_time", "-connect", f"127.0.0.1:{port}", "-new", "-time", str(seconds)]
    clients = [subprocess.Popen(command, stdout=subprocess.PIPE, text=True) for _ in range(CLIENTS)]
    printed = [client.communicate()[0] for client in clients]
    return sum(int(re.search(r"(\d+) connections in \d+ real seconds", text)[1]) for text in printed)


def measure_handshakes(port: int, pid: int, seconds: int) -> tuple[float, float]:
    """Of a second, and microseconds of the server's processor time for each."""
    before = processor_seconds(pid)
    made = handshakes(port, seconds)
    return made / seconds, (processor_seconds(pid) - before) / max(made, 1) * 1e6


def kept_alive_table(rates: dict[tuple[str, int], list[float]]) -> str:
    medians = {key: statistics.median(found) for key, found in rates.items()}
    rows = [
        [scheme.upper(), *(number(medians[scheme, clients]) for clients in CONNECTIONS)] for scheme in ("http", "https")
    ]
    ratios = [medians["https", clients] / medians["http", clients] for clients in CONNECTIONS]
    rows.append(["HTTPS, of HTTP (target: ≥ 0.8)", *map(number, ratios)])
    return markdown(["connections", *map(str, CONNECTIONS)], rows)


def handshakes_table(found: dict[str, list[tuple[float, float]]]) -> str:
    rows = [
        [name, *(number(statistics.median(each[column] for each in rounds)) for column in (0, 1))]
        for name, rounds in found.items()
    ]
    return markdown(["", "full handshakes per second", "processor time of each, µs"], rows)


def main() -> None:
    parser = argparse.ArgumentParser(prog="scripts/bench --https", description="HTTPS beside HTTP and nginx.")
    parser.add_argument("build", type=pathlib.Path, help=argparse.SUPPRESS)
    parser.add_argument("--rounds", type=int, default=3, metavar="N")
    parser.add_argument("--seconds", type=int, default=2, metavar="S", help="of load per figure and round")
    options = parser.parse_args()
    rates: dict[tuple[str, int], list[float]] = {}
    made: dict[str, list[tuple[float, float]]] = {"flow-mock": [], "nginx": []}
    with tempfile.TemporaryDirectory() as name:
        folder = pathlib.Path(name)
        mock_command = [
            str(options.build / "mock_server" / "flow-mock"), "--quiet", "--port", "0", "--port-file", f"{folder}/http",
            "--https-port", "0", "--https-port-file", f"{folder}/https", "--tls-auto", f"{folder}/tls",
        ]  # fmt: skip
        with running(*mock_command) as mock:
            ports = {"https": wait_for(folder / "https"), "http": wait_for(folder / "http")}
            nginx_port = free_port()
            with running(*nginx(folder, nginx_port)) as other:
                for _ in range(options.rounds):
                    for clients in CONNECTIONS:
                        for scheme in ("http", "https"):
                            load = put_under_load(ports[scheme], GET, clients, options.seconds, scheme)
                            rates.setdefault((scheme, clients), []).append(load.rate)
                    made["flow-mock"].append(measure_handshakes(ports["https"], mock.pid, options.seconds))
                    made["nginx"].append(measure_handshakes(nginx_port, other.pid, options.seconds))
    print(f"{machine()}; {first_line('openssl', 'version')}; nginx {first_line('nginx', '-v').rpartition('/')[2]}\n")
    print(f"`{shlex.join(['scripts/bench', '--https', *sys.argv[2:]])}`: rounds: {options.rounds}\n")
    print(f"**{GET.name}: answers per second, kept alive**\n\n{kept_alive_table(rates)}\n")
    print(f"**Full handshakes**\n\n{handshakes_table(made)}")


if __name__ == "__main__":
    main()
