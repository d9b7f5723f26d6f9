"""The clients of sandbox_history.py find a server out that is not as one, and only such a server. Prints TAP.

usage: sandbox_history_test.py FLOW_MOCK [SEED]
"""
import pathlib
import random
import sys
import tempfile
import threading
import time
import traceback
from collections import defaultdict
from collections.abc import Callable

from mocks import Mocks
from sandbox_history import Call, Client, Reply, check

OPERATIONS = 900
KILLS = 2
OLD_NS = 20_000_000
Ask = Callable[[Client, str, str, Call], Reply]


def lying(change: Callable[[Ask, random.Random], Ask]) -> Callable[[str, int], list[str]]:
    """Judges one mock, of which clients are told something else than it said."""

    def judge(program: str, seed: int) -> list[str]:
        honest = Client.ask
        setattr(Client, "ask", change(honest, random.Random(seed)))
        try:
            return one(program, seed)
        finally:
            setattr(Client, "ask", honest)

    return judge


def one(program: str, seed: int) -> list[str]:
    with Mocks(program, ["memory"]) as mocks:
        return check(mocks.urls * 3, seed, lambda: None, OPERATIONS)


def several(program: str, seed: int) -> list[str]:
    with Mocks(program, ["memory"] * 3) as mocks:
        return check(mocks.urls, seed, lambda: None, OPERATIONS)


def killed(store: str) -> Callable[[str, int], list[str]]:
    def judge(program: str, seed: int) -> list[str]:
        with tempfile.TemporaryDirectory() as folder, Mocks(program, [store.format(pathlib.Path(folder))]) as mocks:
            return check(mocks.urls, seed, lambda: kill(mocks, random.Random(seed)), OPERATIONS)

    return judge


def kill(mocks: Mocks, draw: random.Random) -> None:
    for _ in range(KILLS):
        mocks.kill(0)
        mocks.start(0)
        time.sleep(draw.uniform(0, 0.2))


def losing_answers(ask: Ask, draw: random.Random) -> Ask:
    """Nobody knows whether those requests were carried out."""

    def changed(client: Client, url: str, sandbox: str, call: Call) -> Reply:
        reply = ask(client, url, sandbox, call)
        return Reply(reply.invoked) if call.parts and draw.random() < 0.07 else reply

    return changed


def remembering_reads(ask: Ask, draw: random.Random) -> Ask:
    """Now and then a read is answered as it was a little earlier."""
    lock = threading.Lock()
    earlier: dict[tuple[str, str], list[Reply]] = defaultdict(list)

    def changed(client: Client, url: str, sandbox: str, call: Call) -> Reply:
        reply = ask(client, url, sandbox, call)
        if call.method != "GET" or reply.status != 200 or call.headers:
            return reply
        with lock:
            replies = earlier[sandbox, call.path]
            old = [each for each in replies if (each.returned or 0) < reply.invoked - OLD_NS]
            replies.append(reply)
            if not old or draw.random() > 0.1:
                return reply
        return Reply(reply.invoked, reply.returned, False, old[-1].status, old[-1].text)

    return changed


def repeating_writes(ask: Ask, draw: random.Random) -> Ask:
    """Now and then a request is carried out twice."""

    def changed(client: Client, url: str, sandbox: str, call: Call) -> Reply:
        reply = ask(client, url, sandbox, call)
        if call.parts and call.method != "GET" and draw.random() < 0.03:
            ask(client, url, sandbox, call)
        return reply

    return changed


def denying_writes(ask: Ask, draw: random.Random) -> Ask:
    """Now and then it is said that nothing was changed, and it was."""

    def changed(client: Client, url: str, sandbox: str, call: Call) -> Reply:
        reply = ask(client, url, sandbox, call)
        if call.parts and call.method != "GET" and draw.random() < 0.03:
            return Reply(reply.invoked, has_no_effect=True)
        return reply

    return changed


def inventing_writes(ask: Ask, draw: random.Random) -> Ask:
    """Now and then an answer is another request's, which was the same."""
    answers: dict[tuple[str, str, str], Reply] = {}

    def changed(client: Client, url: str, sandbox: str, call: Call) -> Reply:
        place = sandbox, call.method, call.path
        if call.method == "POST" and call.parts and place in answers and draw.random() < 0.03:
            now = time.monotonic_ns()
            return Reply(now, now + 1, False, answers[place].status, answers[place].text)
        reply = ask(client, url, sandbox, call)
        if reply.status == 200:
            answers[place] = reply
        return reply

    return changed


# What is judged, and whether it is right.
CASES: dict[str, tuple[Callable[[str, int], list[str]], bool]] = {
    "one mock is as one": (one, True),
    "a mock that is killed and has a store is as one": (killed("sqlite:{}/store.db"), True),
    "a mock whose answers are lost is as one": (lying(losing_answers), True),
    "mocks that share nothing are not": (several, False),
    "a mock that is killed and forgets is not": (killed("memory"), False),
    "one that answers with what was is not": (lying(remembering_reads), False),
    "one that does something twice is not": (lying(repeating_writes), False),
    "one that has done what it denies is not": (lying(denying_writes), False),
    "one that has not done what it says is not": (lying(inventing_writes), False),
}


def main() -> int:
    program = sys.argv[1]
    seed = int(sys.argv[2]) if len(sys.argv) > 2 else random.randrange(1 << 31)
    print(f"1..{len(CASES)}")
    failed = 0
    for number, (name, (judge, is_right)) in enumerate(CASES.items(), 1):
        try:
            wrong = judge(program, seed)
            is_good = is_right == (not wrong)
        except Exception:
            wrong = [traceback.format_exc()]
            is_good = False
        if not is_good:
            print("\n".join(wrong[:20]) or "nothing was found", file=sys.stderr)
        failed += not is_good
        print(f"{'ok' if is_good else 'not ok'} {number} - {name}", flush=True)
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
