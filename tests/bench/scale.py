"""One, two and three mocks, each with sandboxes of its own, and sharing the state of all in PostgreSQL: Markdown tables.

usage: scale.py BUILD_FOLDER [--rounds N] [--seconds S] [--connections N]

A wrk for each mock loads it with requests to any of 64 sandboxes, or of one; their rates are added. All run at the same time on
this machine, with the mocks and PostgreSQL, whose files are synced. Printed are the medians of the rounds.
"""
import argparse
import dataclasses
import json
import pathlib
import shlex
import statistics
import subprocess
import sys
from urllib.parse import urlsplit

from operations import GET, HEADERS, RETRY, Operation
from table import first_line, machine, markdown, number, processor_seconds

sys.path.insert(0, str(pathlib.Path(__file__).parents[1] / "drivers"))
from mocks import Mocks  # noqa: E402
from postgres import Postgres, installed  # noqa: E402

SCRIPT = pathlib.Path(__file__).with_name("scale.lua")
MANY = 64


@dataclasses.dataclass(frozen=True)
class Way:
    name: str
    store: str  # of the mocks; empty: the database
    options: tuple[str, ...]
    sandboxes: int


WAYS = (
    Way("apart, in memory", "memory", (), MANY),
    Way("shared", "", (), MANY),
    Way("shared, one sandbox", "", (), 1),
    Way("shared, --journal trailing", "", ("--journal", "trailing"), MANY),
)


@dataclasses.dataclass
class Load:
    rate: float
    p50_ms: float
    p99_ms: float
    processor_us: float  # of the mocks, for an answer


def put_under_load(mocks: Mocks, way: Way, operation: Operation, connections: int, seconds: int) -> Load:
    headers = [part for name, value in HEADERS.items() for part in ("--header", f"{name}: {value}")]
    before = sum(processor_seconds(process.pid) for process in mocks.processes)
    loads = []
    for place, url in enumerate(mocks.urls):
        prefix = f"s{place}-" if way.store == "memory" else "s"  # apart, each has its own
        command = ["wrk", "--threads", "1", "--connections", str(connections // len(mocks.urls)), "--script", str(SCRIPT)]
        command += ["--duration", f"{seconds}s", "--timeout", "10s", *headers]
        command += [f"http://127.0.0.1:{urlsplit(url).port}{operation.target}", "--", operation.method, prefix]
        loads.append(subprocess.Popen([*command, str(way.sandboxes)], stdout=subprocess.PIPE, text=True))
    seen = [json.loads(load.communicate()[0].strip().splitlines()[-1]) for load in loads]
    took = sum(processor_seconds(process.pid) for process in mocks.processes) - before
    if sum(each["wrong"] for each in seen):
        raise RuntimeError(f"{way.name}: {seen}")
    answers = sum(each["requests"] for each in seen)
    return Load(
        sum(each["requests"] / each["us"] * 1e6 for each in seen),
        max(each["p50_us"] for each in seen) / 1e3,
        max(each["p99_us"] for each in seen) / 1e3,
        took / answers * 1e6,
    )


def table(found: dict[tuple[Way, int], list[Load]]) -> str:
    rows = []
    for (way, mocks), loads in found.items():
        medians = [statistics.median(getattr(load, field.name) for load in loads) for field in dataclasses.fields(Load)]
        rows.append([f"{way.name}, mocks: {mocks}", *map(number, medians)])
    return markdown(["", "answers per second", "p50, ms", "p99, ms", "mocks' processor time of an answer, µs"], rows)


def main() -> None:
    parser = argparse.ArgumentParser(prog="scripts/bench --scale", description="One to three mocks, apart and shared.")
    parser.add_argument("build", type=pathlib.Path, help=argparse.SUPPRESS)
    parser.add_argument("--rounds", type=int, default=3, metavar="N")
    parser.add_argument("--seconds", type=int, default=3, metavar="S", help="of load per figure and round")
    parser.add_argument("--connections", type=int, default=48, metavar="N", help="to all mocks together")
    options = parser.parse_args()
    program = str(options.build / "mock_server" / "flow-mock")
    found: dict[Operation, dict[tuple[Way, int], list[Load]]] = {GET: {}, RETRY: {}}
    for _ in range(options.rounds):
        for way in WAYS:
            for count in (1, 2, 3):
                with Postgres(is_synced=True) as database:
                    stores = [way.store or database.url] * count
                    with Mocks(program, stores, *way.options) as mocks:
                        for operation in (GET, RETRY):
                            put_under_load(mocks, way, operation, options.connections, 1)  # makes the sandboxes
                            load = put_under_load(mocks, way, operation, options.connections, options.seconds)
                            found[operation].setdefault((way, count), []).append(load)
    print(f"{machine()}; {first_line(str(installed() / 'postgres'), '--version')}\n")
    print(f"`{shlex.join(['scripts/bench', '--scale', *sys.argv[2:]])}`: rounds: {options.rounds}\n")
    for operation, loads in found.items():
        print(f"**{operation.name}**\n\n{table(loads)}\n")


if __name__ == "__main__":
    main()
