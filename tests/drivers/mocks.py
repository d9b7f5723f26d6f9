"""Mocks that a test starts, kills and starts again."""
import pathlib
import signal
import subprocess
import tempfile
import time
from collections.abc import Callable
from types import TracebackType

LONGEST_S = 60  # what takes longer hangs


class Mocks:
    """One process for each store that is given; several may be the same. Their URLs change when they are started again."""

    def __init__(self, program: str, stores: list[str], *options: str):
        self.program = program
        self.options = options
        self.stores = stores
        self.temporary = tempfile.TemporaryDirectory()
        self.processes: list[subprocess.Popen[bytes]] = []
        self.urls: list[str] = []

    def __enter__(self) -> "Mocks":
        for number in range(len(self.stores)):
            self.processes.append(self.spawn(number))
        self.urls = [self.url_of(number) for number in range(len(self.stores))]
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        for number in range(len(self.processes)):
            self.kill(number)
        self.temporary.cleanup()

    def spawn(self, number: int) -> subprocess.Popen[bytes]:
        self.port_file(number).unlink(missing_ok=True)
        options = ["--port", "0", "--port-file", str(self.port_file(number)), "--store", self.stores[number], "--quiet"]
        return subprocess.Popen(
            [self.program, *options, "--journal-size", "10000", "--exit-with-parent", *self.options],
            stdin=subprocess.PIPE,  # ends with this process
            stdout=subprocess.DEVNULL,
        )

    def port_file(self, number: int) -> pathlib.Path:
        return pathlib.Path(self.temporary.name) / f"port-{number}"

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
        process = self.processes[number]
        process.kill()
        process.communicate(timeout=LONGEST_S)

    def start(self, number: int) -> None:
        self.processes[number] = self.spawn(number)
        self.urls[number] = self.url_of(number)

    def sleep(self, number: int, during: Callable[[], None]) -> None:
        """It does nothing meanwhile."""
        self.processes[number].send_signal(signal.SIGSTOP)
        try:
            during()
        finally:
            self.processes[number].send_signal(signal.SIGCONT)

    def stop(self) -> list[str]:
        """What is wrong with their ends."""
        for process in self.processes:
            process.terminate()
        codes = [process.wait(LONGEST_S) for process in self.processes]
        return [f"the mocks ended with {codes}"] if any(codes) else []
