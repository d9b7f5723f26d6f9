"""The mock beside what a user would take instead, under the same load: Markdown tables on standard output.

usage: side_by_side.py BUILD_FOLDER [--rounds N] [--seconds S] [--only NAMES] [--clients NUMBERS]

In each round each server in turn is started, compared with the mock's answers, warmed, and loaded by wrk:
first GET /runs/{id}, then the retry POST, at each number of connections. What is printed is the median of the
rounds. wrk and the server share the machine's cores.
"""
import argparse
import dataclasses
import json
import pathlib
import shlex
import statistics
import subprocess
import sys
from collections.abc import Callable

from operations import GET, HEADERS, RETRY, Operation, ask
from servers import Server, Started, all_servers, started
from stand_ins import Answers
from table import first_line, machine, markdown, megabytes, number

OPERATIONS = (RETRY, GET)
MORE_STARTS = 10  # of servers that start within a moment: one start says little
A_MOMENT_S = 0.25
SCRIPT = pathlib.Path(__file__).with_name("load.lua")


@dataclasses.dataclass(frozen=True)
class Load:
    """What wrk saw."""
    answers: int
    rate: float  # answers per second
    p50_ms: float
    p99_ms: float
    lost: int  # connections broken or timed out, and answers that were not 2xx
    processor_us: float = 0  # of the server's processes, for an answer


@dataclasses.dataclass
class Measured:
    """Of one server, over all rounds."""
    loads: dict[tuple[Operation, int], list[Load]] = dataclasses.field(default_factory=dict)
    at_start: list[int] = dataclasses.field(default_factory=list)  # bytes resident
    after_reads: list[int] = dataclasses.field(default_factory=list)
    after_retries: list[int] = dataclasses.field(default_factory=list)
    retries: list[int] = dataclasses.field(default_factory=list)  # of a round
    first_answers_s: list[float] = dataclasses.field(default_factory=list)

    def median(self, operation: Operation, connections: int, what: Callable[[Load], float]) -> float:
        return statistics.median(what(load) for load in self.loads[operation, connections])


def put_under_load(port: int, operation: Operation, connections: int, seconds: int, scheme: str = "http") -> Load:
    threads = min(connections, 2)
    headers = [part for name, value in HEADERS.items() for part in ("--header", f"{name}: {value}")]
    command = ["wrk", "--threads", str(threads), "--connections", str(connections), "--script", str(SCRIPT)]
    command += ["--duration", f"{seconds}s", "--timeout", "10s", *headers]
    command += [f"{scheme}://127.0.0.1:{port}{operation.target}", "--", operation.method]
    printed = subprocess.run(command, capture_output=True, text=True, check=True).stdout
    seen = json.loads(printed.strip().splitlines()[-1])
    return Load(
        seen["requests"], seen["requests"] / seen["us"] * 1e6, seen["p50_us"] / 1e3, seen["p99_us"] / 1e3,
        seen["unanswered"] + seen["refused"],
    )  # fmt: skip


def measured_load(running: Started, operation: Operation, connections: int, seconds: int) -> Load:
    """With the processor time that the server took for an answer: it is the same on a busier machine."""
    before = running.processor_seconds()
    load = put_under_load(running.port, operation, connections, seconds)
    took = running.processor_seconds() - before
    return dataclasses.replace(load, processor_us=took / max(load.answers, 1) * 1e6)


def compare(server: Server, port: int, answers: Answers) -> None:
    for operation, expected in answers.items():
        received = ask(port, operation)
        if not received.says_the_same_as(expected):
            raise RuntimeError(f"{server.name} answers {operation.name} otherwise than the mock: {received}")


def measure(server: Server, answers: Answers, connections: list[int], seconds: int, into: Measured) -> None:
    """One round of one server."""
    with started(server, answers) as running:
        into.first_answers_s.append(running.first_answer_s)
        into.at_start.append(running.resident())
        compare(server, running.port, answers)
        retries = 0
        for operation in (GET, RETRY):
            answered = put_under_load(running.port, operation, 32, server.warm_s).answers
            for clients in connections:
                load = measured_load(running, operation, clients, seconds)
                into.loads.setdefault((operation, clients), []).append(load)
                answered += load.answers
            retries = answered
            (into.after_reads if operation == GET else into.after_retries).append(running.resident())
        into.retries.append(retries)


def start_again(server: Server, answers: Answers, into: Measured) -> None:
    for _ in range(MORE_STARTS):
        if statistics.median(into.first_answers_s) > A_MOMENT_S:
            return
        with started(server, answers) as running:
            into.first_answers_s.append(running.first_answer_s)


def loads_table(
    measured: dict[str, Measured], operation: Operation, connections: list[int], what: Callable[[Load], float]
) -> str:
    rows = [
        [name, *(number(of.median(operation, clients, what)) for clients in connections)]
        for name, of in measured.items()
    ]
    return markdown(["connections", *map(str, connections)], rows)


def costs_table(servers: list[Server], measured: dict[str, Measured]) -> str:
    rows = []
    for server in servers:
        of = measured[server.name]
        rows.append([
            server.name,
            number(statistics.median(of.first_answers_s) * 1e3),
            megabytes(statistics.median(of.at_start)),
            megabytes(statistics.median(of.after_reads)),
            megabytes(statistics.median(of.after_retries)),
            f"{statistics.median(of.retries):,.0f}",
            megabytes(server.on_disk()),
        ])  # fmt: skip
    return markdown(
        ["", "first answer, ms", "resident at start, MB", "after reads, MB", "after retries, MB", "retries answered",
         "on disk, MB"],
        rows,
    )  # fmt: skip


def spread(measured: dict[str, Measured]) -> str:
    """How far apart the rounds lay, for the median and for the worst of the figures."""
    apart = []
    for name, of in measured.items():
        for (operation, clients), loads in of.loads.items():
            rates = [load.rate for load in loads]
            apart.append(
                ((max(rates) - min(rates)) / statistics.median(rates), f"{name}, {operation.name} at {clients}")
            )
    apart.sort()
    middle, (worst, where) = apart[len(apart) // 2][0], apart[-1]
    return f"Rates of the rounds lie {middle:.0%} apart at the median, {worst:.0%} at most ({where})."


def losses(measured: dict[str, Measured]) -> list[str]:
    found = []
    for name, of in measured.items():
        for (operation, clients), loads in of.loads.items():
            lost = sum(load.lost for load in loads)
            if lost:
                found.append(f"{name}, {operation.name} at {clients} connections: {lost} answers lost or not 2xx.")
    return found


def said(met: bool) -> str:
    return "yes" if met else "**no**"


@dataclasses.dataclass(frozen=True)
class Target:
    """What a figure of the mock has to be, beside the same figure of another server."""
    title: str
    other: str
    what: Callable[[Load], float]
    least: float = 0
    most: float = float("inf")
    connections: tuple[int, ...] = (8, 32, 256)
    operations: tuple[Operation, ...] = OPERATIONS

    def rows(self, measured: dict[str, Measured], connections: list[int]) -> list[list[str]]:
        wanted = f"≥ {self.least}" if self.least else f"≤ {self.most}"
        rows = []
        for operation in self.operations:
            ratios = {
                clients: measured["flow-mock"].median(operation, clients, self.what)
                / measured[self.other].median(operation, clients, self.what)
                for clients in connections if clients in self.connections
            }  # fmt: skip
            met = all(self.least <= ratio <= self.most for ratio in ratios.values())
            cells = [number(ratios[clients]) if clients in ratios else "" for clients in connections]
            rows.append([f"{operation.name}: {self.title} of {self.other}", wanted, *cells, said(met)])
        return rows


TARGETS = (
    Target("processor time", "nginx", lambda load: load.processor_us, most=2.4, operations=(GET,)),
    Target("processor time", "nginx", lambda load: load.processor_us, most=2.8, operations=(RETRY,)),
    Target("rate", "event loop", lambda load: load.rate, least=0.85),
    Target("p99", "event loop", lambda load: load.p99_ms, most=2, connections=(32,)),
    Target("rate", "WireMock", lambda load: load.rate, least=5),
)


def growth_row(mock: Measured, operation: Operation) -> list[str]:
    """Whether many clients cost no more for each answer than a few."""
    few, many = (mock.median(operation, clients, lambda load: load.processor_us) for clients in (8, 256))
    name = f"{operation.name}: processor time at 256 connections, of that at 8"
    return [name, "≤ 1.2", number(many / few), said(many / few <= 1.2)]


def other_targets(mock: Measured, connections: list[int]) -> str:
    first_ms = statistics.median(mock.first_answers_s) * 1e3
    start_mb = statistics.median(mock.at_start) / 1e6
    rows = [
        ["start to first answer, ms", "< 15", number(first_ms), said(first_ms < 15)],
        ["resident at start, MB", "< 12", number(start_mb), said(start_mb < 12)],
    ]
    if {8, 256} <= set(connections):
        rows += [growth_row(mock, operation) for operation in OPERATIONS]
    return markdown(["", "target", "found", "met"], rows)


def print_targets(measured: dict[str, Measured], connections: list[int]) -> None:
    rows = [row for target in TARGETS if target.other in measured for row in target.rows(measured, connections)]
    print("**Targets**\n")
    if rows:
        print(markdown(["connections", "target", *map(str, connections), "met"], rows) + "\n")
    print(other_targets(measured["flow-mock"], connections))


def print_report(
    options: argparse.Namespace, servers: list[Server], measured: dict[str, Measured], connections: list[int]
) -> None:
    print(f"{machine()}\n")
    print("; ".join(f"{server.name} {server.version}" for server in servers), end="; ")
    print(first_line("wrk", "-v").partition(" [")[0] + "\n")
    command = shlex.join(["scripts/bench", *sys.argv[2:]])
    print(f"`{command}`: rounds: {options.rounds}, of {options.seconds} s for each figure\n")
    for operation in OPERATIONS:
        for title, what in (
            ("answers per second", lambda load: load.rate),
            ("p50, ms", lambda load: load.p50_ms),
            ("p99, ms", lambda load: load.p99_ms),
            ("processor time of the server for an answer, µs", lambda load: load.processor_us),
        ):
            print(f"**{operation.name}: {title}**\n\n{loads_table(measured, operation, connections, what)}\n")
    print(f"**Costs**\n\n{costs_table(servers, measured)}\n")
    if options.rounds > 1:
        print(f"{spread(measured)}\n")
    for loss in losses(measured):
        print(f"{loss}\n")
    if "flow-mock" in measured:
        print_targets(measured, connections)


def read_options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="scripts/bench", description="The mock beside what a user would take.")
    parser.add_argument("build", type=pathlib.Path, help=argparse.SUPPRESS)
    parser.add_argument("--rounds", type=int, default=3, metavar="N")
    parser.add_argument("--seconds", type=int, default=2, metavar="S", help="of load per figure and round")
    parser.add_argument("--only", default="", metavar="NAMES", help="servers, with commas: flow-mock,nginx")
    parser.add_argument("--clients", default="1,8,32,256", metavar="NUMBERS", help="connections, at most 256")
    options = parser.parse_args()
    if options.rounds < 1 or options.seconds < 1:
        parser.error("--rounds and --seconds: at least 1")
    return options


def main() -> None:
    options = read_options()
    every = all_servers(options.build)
    names = [name.strip().lower() for name in options.only.split(",") if name.strip()]
    unknown = set(names) - {server.name.lower() for server in every}
    if unknown:
        sys.exit(f"--only: no {', '.join(sorted(unknown))}; there are {', '.join(server.name for server in every)}")
    servers = [server for server in every if not names or server.name.lower() in names]
    connections = [int(clients) for clients in options.clients.split(",")]
    if not all(1 <= clients <= 256 for clients in connections):
        sys.exit("--clients: 1 to 256, which is how many threads the bare handler has")
    with started(every[0], {}) as mock:
        answers = {operation: ask(mock.port, operation) for operation in OPERATIONS}
    measured = {server.name: Measured() for server in servers}
    for round_number in range(options.rounds):
        for server in servers:
            print(f"== round {round_number + 1}: {server.name}", file=sys.stderr)
            measure(server, answers, connections, options.seconds, measured[server.name])
    for server in servers:
        start_again(server, answers, measured[server.name])
    print_report(options, servers, measured, connections)


if __name__ == "__main__":
    main()
