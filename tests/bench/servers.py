"""The servers that are measured side by side: how each is started, how long it warms, what it takes on disk."""
import contextlib
import dataclasses
import os
import pathlib
import re
import signal
import subprocess
import tempfile
import time
from collections.abc import Callable, Iterator

import stand_ins
from operations import answers_now, free_port
from table import first_line, processor_seconds, resident

LONGEST_START_S = 60
# Of every Debian: not counted as a program's.
OF_THE_SYSTEM = re.compile(r"(linux-vdso|ld-linux.*|libc|libm|libdl|librt|libpthread|libstdc\+\+|libgcc_s)\.so")


@dataclasses.dataclass(frozen=True)
class Server:
    name: str
    version: str
    command: Callable[[stand_ins.Answers, pathlib.Path, int], list[str]]
    warm_s: int  # of load for each operation, before anything is measured
    on_disk: Callable[[], int]  # bytes


@dataclasses.dataclass
class Started:
    port: int
    pid: int
    first_answer_s: float  # from being spawned to having answered

    def resident(self) -> int:
        return resident(self.pid)

    def processor_seconds(self) -> float:
        return processor_seconds(self.pid)


@contextlib.contextmanager
def started(server: Server, answers: stand_ins.Answers) -> Iterator[Started]:
    """Runs it, in a folder and a process group of its own, for as long as the block lasts."""
    port = free_port()
    with tempfile.TemporaryDirectory() as folder, open(os.path.join(folder, "log"), "w+b") as log:
        command = server.command(answers, pathlib.Path(folder), port)
        environment = os.environ | {"NODE_ENV": "production"}
        begin = time.monotonic()
        process = subprocess.Popen(
            command, stdin=subprocess.DEVNULL, stdout=log, stderr=log, env=environment, start_new_session=True
        )
        try:
            while not answers_now(port):
                if process.poll() is not None or time.monotonic() - begin > LONGEST_START_S:
                    log.seek(0)
                    raise RuntimeError(f"{server.name} does not answer: {' '.join(command)}\n{log.read().decode()}")
                time.sleep(0.0002)
            yield Started(port, process.pid, time.monotonic() - begin)
        finally:
            if process.poll() is None:
                os.killpg(process.pid, signal.SIGTERM)
            with contextlib.suppress(subprocess.TimeoutExpired):
                process.wait(timeout=10)
            with contextlib.suppress(ProcessLookupError):
                os.killpg(process.pid, signal.SIGKILL)
            process.wait()


def size_of(*places: pathlib.Path) -> int:
    """Of files, and of all files in folders; links are not followed."""
    files = [file for place in places for file in ([place] if place.is_file() else place.rglob("*"))]
    return sum(file.stat().st_size for file in files if file.is_file() and not file.is_symlink())


def with_libraries(program: str) -> int:
    """A program and the shared libraries that not every Debian has."""
    linked = subprocess.run(["ldd", program], capture_output=True, text=True, check=True).stdout
    libraries = re.findall(r"=> (/\S+)", linked)
    foreign = [path for path in libraries if not OF_THE_SYSTEM.match(os.path.basename(path))]
    return size_of(*(pathlib.Path(os.path.realpath(path)) for path in [program, *foreign]))


def which(program: str) -> str:
    path = subprocess.run(["bash", "-c", f"command -v {program}"], capture_output=True, text=True, check=True)
    return os.path.realpath(path.stdout.strip())


def java_runtime() -> int:
    """The package that holds java, or, where there is none, the folder it lies in."""
    java = which("java")
    owner = subprocess.run(["dpkg", "-S", java], capture_output=True, text=True, check=False)
    if owner.returncode == 0:
        package = owner.stdout.partition(": ")[0]
        listed = subprocess.run(["dpkg", "-L", package], capture_output=True, text=True, check=True).stdout
        return size_of(*(pathlib.Path(path) for path in listed.splitlines() if os.path.isfile(path)))
    return size_of(pathlib.Path(java).parents[1])


def version_of(package: pathlib.Path) -> str:
    return re.search(r'"version": *"([^"]+)"', (package / "package.json").read_text())[1]


def all_servers(build: pathlib.Path) -> list[Server]:
    """Those that the mock is measured beside, itself first. `build` is Meson's folder, with bench/npm in it."""
    mock, handler = build / "mock_server" / "flow-mock", build / "tests" / "bench" / "bare-handler"
    loop = build / "tests" / "bench" / "event-loop"
    npm = build / "bench" / "npm"
    modules = {name: npm / name / "node_modules" for name in ("wiremock", "prism", "mockoon")}
    jar = next(modules["wiremock"].rglob("wiremock-standalone-*.jar"))
    prism, mockoon = modules["prism"] / "@stoplight" / "prism-cli", modules["mockoon"] / "@mockoon" / "cli"

    def bare(*options: str):
        return lambda answers, folder, port: [
            str(handler), str(port), str(stand_ins.bare(answers, folder)), *options
        ]  # fmt: skip

    def node_and(name: str) -> Callable[[], int]:
        return lambda: with_libraries(which("node")) + size_of(modules[name])

    httplib = subprocess.run(["pkg-config", "--modversion", "cpp-httplib"], capture_output=True, text=True, check=False)
    httplib_version = httplib.stdout.strip() or "from its wrap"
    return [
        Server(
            "flow-mock", first_line(str(mock), "--version"),
            lambda answers, folder, port: [str(mock), "--port", str(port), "--quiet"],
            1, lambda: with_libraries(str(mock)),
        ),
        Server(
            "event loop", first_line(str(mock), "--version"),
            lambda answers, folder, port: [str(loop), str(port), str(stand_ins.bare(answers, folder))],
            1, lambda: with_libraries(str(loop)),
        ),
        Server("bare handler", f"cpp-httplib {httplib_version}", bare(), 1, lambda: with_libraries(str(handler))),
        Server(
            "unrouted handler", f"cpp-httplib {httplib_version}",
            bare("--unrouted"), 1, lambda: with_libraries(str(handler)),
        ),
        Server(
            "nginx", first_line("nginx", "-v").rpartition("/")[2],
            stand_ins.nginx, 1, lambda: with_libraries(which("nginx")),
        ),
        Server(
            "WireMock", f"{jar.stem.rpartition('-')[2]}, {first_line('java', '-version')}",
            lambda answers, folder, port: stand_ins.wiremock(answers, folder, port, jar),
            4, lambda: size_of(jar) + java_runtime(),
        ),
        Server(
            "Prism", f"{version_of(prism)}, node {first_line('node', '--version')}",
            lambda answers, folder, port: stand_ins.prism(answers, folder, port, modules["prism"] / ".bin" / "prism"),
            2, node_and("prism"),
        ),
        Server(
            "Mockoon", f"{version_of(mockoon)}, node {first_line('node', '--version')}",
            lambda answers, folder, port: stand_ins.mockoon(
                answers, folder, port, modules["mockoon"] / ".bin" / "mockoon-cli"
            ),
            2, node_and("mockoon"),
        ),
    ]  # fmt: skip
