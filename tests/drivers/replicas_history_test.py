"""Three mocks that share their state through one PostgreSQL: whichever is asked, their answers fit one order of the requests,
also where a mock is killed, and where PostgreSQL crashes. Prints TAP.

usage: replicas_history_test.py FLOW_MOCK [SEED]   (of what clients ask; their threads run as they like)
"""
import contextlib
import pathlib
import random
import subprocess
import sys
import tempfile
import time
import traceback
from collections.abc import Callable, Iterator

from postgres import SKIP, Postgres, installed
from sandbox_history import check

REPLICAS = 3
LONGEST_S = 60  # what takes longer hangs
PAUSE_S = 0.3  # clients go on without what has ended


class Replicas:
    """The mocks, of which each can be killed and started again, at another URL."""

    def __init__(self, program: str, store: str, folder: pathlib.Path):
        self.program = program
        self.store = store
        self.folder = folder
        self.processes = [self.spawn(number) for number in range(REPLICAS)]
        self.urls = [self.url_of(number) for number in range(REPLICAS)]

    def spawn(self, number: int) -> subprocess.Popen[bytes]:
        self.port_file(number).unlink(missing_ok=True)
        options = ["--port", "0", "--port-file", str(self.port_file(number)), "--store", self.store, "--quiet"]
        return subprocess.Popen(
            [self.program, *options, "--journal-size", "10000", "--exit-with-parent"],
            stdin=subprocess.PIPE,  # ends with this process
            stdout=subprocess.DEVNULL,
        )

    def port_file(self, number: int) -> pathlib.Path:
        return self.folder / f"port-{number}"

    def url_of(self, number: int) -> str:
        """Waits until it listens."""
        file = self.port_file(number)
        end = time.monotonic() + LONGEST_S
        while not (file.exists() and file.read_text()):
            if self.processes[number].poll() is not None or time.monotonic() > end:
                raise RuntimeError(f"mock {number} did not start")
            time.sleep(0.005)
        return f"http://127.0.0.1:{int(file.read_text())}"

    def kill(self, number: int) -> None:
        self.processes[number].kill()
        self.processes[number].wait(LONGEST_S)

    def start(self, number: int) -> None:
        self.processes[number] = self.spawn(number)
        self.urls[number] = self.url_of(number)

    def stop(self) -> list[str]:
        """What is wrong with their ends."""
        for process in self.processes:
            process.terminate()
        codes = [process.wait(LONGEST_S) for process in self.processes]
        return [] if codes == [0] * REPLICAS else [f"the mocks ended with {codes}"]


@contextlib.contextmanager
def ended_with(replicas: Replicas) -> Iterator[None]:
    try:
        yield
    finally:
        for number in range(REPLICAS):
            replicas.kill(number)


def undisturbed(_replicas: Replicas, _postgres: Postgres, _draw: random.Random) -> None:
    pass


def while_mocks_are_killed(replicas: Replicas, _postgres: Postgres, draw: random.Random) -> None:
    for number in draw.sample(range(REPLICAS), 2):
        replicas.kill(number)
        time.sleep(draw.uniform(0, PAUSE_S))
        replicas.start(number)
        time.sleep(draw.uniform(0, PAUSE_S))


def while_postgresql_crashes(_replicas: Replicas, postgres: Postgres, draw: random.Random) -> None:
    for _ in range(2):
        postgres.stop("immediate")
        time.sleep(draw.uniform(0, PAUSE_S))
        postgres.start()
        time.sleep(draw.uniform(PAUSE_S, 3 * PAUSE_S))


Disturbance = Callable[[Replicas, Postgres, random.Random], None]
CASES: tuple[Disturbance, ...] = (undisturbed, while_mocks_are_killed, while_postgresql_crashes)


def histories(case: Disturbance, program: str, postgres: Postgres, seed: int, folder: pathlib.Path) -> list[str]:
    draw = random.Random(seed)
    replicas = Replicas(program, postgres.url, folder)
    with ended_with(replicas):
        wrong = check(replicas.urls, seed, lambda: case(replicas, postgres, draw), label=case.__name__.replace("_", "-"))
        return wrong + replicas.stop()


def knows_shared_stores(program: str) -> bool:
    """TO BE REMOVED, with its use, once the program knows --store postgresql://: until then there is nothing to test."""
    asked = [program, "--port", "0", "--store", "postgresql:///none?host=/nowhere", "--quiet"]
    try:
        said = subprocess.run(asked, capture_output=True, text=True, timeout=10)
    except subprocess.TimeoutExpired:
        return True
    return "is neither memory nor sqlite:FILE" not in said.stderr


def main() -> int:
    program = sys.argv[1]
    seed = int(sys.argv[2]) if len(sys.argv) > 2 else random.randrange(1 << 31)
    if installed() is None:
        print(SKIP)
        return 0
    if not knows_shared_stores(program):
        print("1..0 # SKIP the mock has no store that several share yet")
        return 0
    print(f"# seed {seed}")
    print(f"1..{len(CASES)}")
    failed = 0
    with tempfile.TemporaryDirectory() as folder, Postgres() as postgres:
        for number, case in enumerate(CASES, 1):
            try:
                wrong = histories(case, program, postgres, seed, pathlib.Path(folder))
            except Exception:
                wrong = [traceback.format_exc()]
            for each in wrong[:20]:
                print(each, file=sys.stderr)
            failed += bool(wrong)
            print(f"{'not ok' if wrong else 'ok'} {number} - {case.__name__.replace('_', ' ')}", flush=True)
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
