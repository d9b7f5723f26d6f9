"""Three mocks that share their state through one PostgreSQL: whichever is asked, their answers fit one order of the requests,
also where a mock is killed or sleeps, and where PostgreSQL crashes or cuts connections. Prints TAP.

usage: replicas_history_test.py FLOW_MOCK [SEED]   (of what clients ask; their threads run as they like)
"""
import random
import sys
import time
import traceback
from collections.abc import Callable

from mocks import Mocks
from postgres import SKIP, Postgres, installed
from sandbox_history import check

REPLICAS = 3
PAUSE_S = 0.3  # clients go on without what has ended


def undisturbed(_replicas: Mocks, _postgres: Postgres, _draw: random.Random) -> None:
    pass


def while_mocks_are_killed(replicas: Mocks, _postgres: Postgres, draw: random.Random) -> None:
    for number in draw.sample(range(REPLICAS), 2):
        replicas.kill(number)
        time.sleep(draw.uniform(0, PAUSE_S))
        replicas.start(number)
        time.sleep(draw.uniform(0, PAUSE_S))


def while_postgresql_crashes(_replicas: Mocks, postgres: Postgres, draw: random.Random) -> None:
    for _ in range(2):
        postgres.stop("immediate")
        time.sleep(draw.uniform(0, PAUSE_S))
        postgres.start()
        time.sleep(draw.uniform(PAUSE_S, 3 * PAUSE_S))


def while_mocks_sleep(replicas: Mocks, _postgres: Postgres, draw: random.Random) -> None:
    """Others go on, and what a mock remembers is old when it wakes up."""
    for number in draw.sample(range(REPLICAS), REPLICAS):
        replicas.sleep(number, lambda: time.sleep(draw.uniform(PAUSE_S, 2 * PAUSE_S)))


def while_connections_are_cut(_replicas: Mocks, postgres: Postgres, draw: random.Random) -> None:
    for _ in range(10):
        postgres.cut_connections()
        time.sleep(draw.uniform(0, PAUSE_S))


Disturbance = Callable[[Mocks, Postgres, random.Random], None]
CASES: tuple[Disturbance, ...] = (
    undisturbed,
    while_mocks_are_killed,
    while_mocks_sleep,
    while_postgresql_crashes,
    while_connections_are_cut,
)


def histories(case: Disturbance, program: str, postgres: Postgres, seed: int) -> list[str]:
    draw = random.Random(seed)
    with Mocks(program, [postgres.url] * REPLICAS) as replicas:
        wrong = check(replicas.urls, seed, lambda: case(replicas, postgres, draw), label=case.__name__.replace("_", "-"))
        return wrong + replicas.stop()


def main() -> int:
    program = sys.argv[1]
    seed = int(sys.argv[2]) if len(sys.argv) > 2 else random.randrange(1 << 31)
    if installed() is None:
        print(SKIP)
        return 0
    print(f"# seed {seed}")
    print(f"1..{len(CASES)}")
    failed = 0
    with Postgres() as postgres:
        for number, case in enumerate(CASES, 1):
            try:
                wrong = histories(case, program, postgres, seed)
            except Exception:
                wrong = [traceback.format_exc()]
            for each in wrong[:20]:
                print(each, file=sys.stderr)
            failed += bool(wrong)
            print(f"{'not ok' if wrong else 'ok'} {number} - {case.__name__.replace('_', ' ')}", flush=True)
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
