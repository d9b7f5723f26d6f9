"""Runs a README's commands as a reader would, in order, in one shell, against one freshly started mock.

usage: readme_test.py BUILD_FOLDER README

    ```console      lines that start with `$ ` are run (`\\` at the end goes on); the lines below each
                    are what it prints, a line `...` standing for any lines; it must exit 0
    ```sh           is run; each command must exit 0
    ```sh skip: WHY is not run (console likewise); without a WHY it fails

Blocks of other languages are not commands. The shell's folder looks like the project's, with BUILD_FOLDER as
`build`. The mock listens on a free port, which stands for 8080 in what is run and in what is printed.
Prints TAP, one line per block; what is wrong goes to standard error.
"""
import dataclasses
import os
import pathlib
import re
import subprocess
import sys
import tempfile

PORT = "8080"
FENCE = re.compile(r"^```(\w+)?[ \t]*([^\n]*)\n(.*?)^```[ \t]*$", re.MULTILINE | re.DOTALL)
MARK = "--- readme_test: exit "


@dataclasses.dataclass
class Block:
    line: int
    language: str
    info: str
    text: str

    def steps(self) -> list[tuple[str, list[str] | None]]:
        """Commands, each with the lines it should print, or None where anything will do."""
        if self.language != "console":
            return [(f"set -e\n{self.text}set +e", None)]
        steps: list[tuple[str, list[str] | None]] = []
        goes_on = False
        for line in self.text.splitlines():
            if goes_on:
                steps[-1] = (steps[-1][0] + "\n" + line, [])
                goes_on = line.endswith("\\")
            elif line.startswith("$ "):
                steps.append((line[2:], []))
                goes_on = line.endswith("\\")
            elif steps:
                steps[-1][1].append(line)
            else:
                raise ValueError("a console block starts with `$ `")
        return steps


def read_blocks(readme: pathlib.Path) -> list[Block]:
    text = readme.read_text()
    return [
        Block(text.count("\n", 0, match.start()) + 1, match[1], match[2], match[3])
        for match in FENCE.finditer(text)
        if match[1] in ("sh", "console", "bash", "shell")
    ]


def matches(expected: list[str], printed: list[str]) -> bool:
    if not expected:
        return not printed
    if expected[0] == "...":
        return any(matches(expected[1:], printed[start:]) for start in range(len(printed) + 1))
    return bool(printed) and expected[0] == printed[0] and matches(expected[1:], printed[1:])


class Mock:
    """flow-mock on a free port."""

    def __init__(self, build: pathlib.Path):
        self.process = subprocess.Popen(
            [build / "mock_server" / "flow-mock", "--port", "0", "--quiet"], stdout=subprocess.PIPE, text=True
        )
        greeting = self.process.stdout.readline()
        found = re.search(r":(\d+)$", greeting.strip())
        if not found:
            raise RuntimeError(f"flow-mock does not say where it listens: {greeting!r}")
        self.port = found[1]

    def stop(self) -> None:
        self.process.terminate()
        self.process.wait()


class Shell:
    """One bash that keeps its variables and folder from step to step; a new one follows one that died."""

    def __init__(self, folder: str, port: str):
        self.folder, self.port, self.process = folder, port, None

    def run(self, command: str) -> tuple[int, list[str]]:
        """The exit status and the lines that `command` printed, to whichever output."""
        if not self.process:
            self.process = subprocess.Popen(
                ["bash"], cwd=self.folder, text=True,
                stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
            )  # fmt: skip
        command = re.sub(rf"(127\.0\.0\.1|localhost):{PORT}\b", rf"\1:{self.port}", command)
        # In braces, so that a command that reads standard input does not swallow what follows.
        self.process.stdin.write(f"{{ {command}\n}} </dev/null\nprintf '\\n{MARK}%d\\n' $?\n")
        self.process.stdin.flush()
        printed = ""
        for line in self.process.stdout:
            if line.startswith(MARK):
                return int(line.removeprefix(MARK)), self.lines(printed)
            printed += line
        status, self.process = self.process.wait(), None
        return status or 1, self.lines(printed)

    def lines(self, printed: str) -> list[str]:
        """The line break before the mark is ours, where the output did not end in one."""
        printed = re.sub(rf"(127\.0\.0\.1|localhost):{self.port}\b", rf"\1:{PORT}", printed)
        return printed.removesuffix("\n").removesuffix("\n").splitlines()


def judge(block: Block, shell: Shell) -> list[str]:
    """What is wrong with the block, as lines; none when all is well."""
    if block.language in ("bash", "shell"):
        return [f"write ```sh or ```console, not ```{block.language}"]
    try:
        steps = block.steps()
    except ValueError as error:
        return [str(error)]
    for command, expected in steps:
        status, printed = shell.run(command)
        if status != 0:
            return [f"exit {status}: {command}", *printed]
        if expected is not None and not matches(expected, printed):
            return [command, "expected:", *expected, "printed:", *printed]
    return []


def reader_folder(folder: str, source: pathlib.Path, build: pathlib.Path) -> None:
    """What the commands write stays in `folder`; what they read is the project's."""
    for entry in source.iterdir():
        if not entry.name.startswith((".", "build")):
            os.symlink(entry, os.path.join(folder, entry.name))
    os.symlink(build, os.path.join(folder, "build"))


def main() -> None:
    build, readme = (pathlib.Path(argument).resolve() for argument in sys.argv[1:])
    blocks = read_blocks(readme)
    print(f"1..{len(blocks)}")
    with tempfile.TemporaryDirectory() as folder:
        reader_folder(folder, readme.parent, build)
        mock = Mock(build)
        try:
            shell = Shell(folder, mock.port)
            for number, block in enumerate(blocks, 1):
                name = f"{number} - {readme.name}:{block.line}"
                if re.fullmatch(r"skip: \S.*", block.info):
                    print("ok", name, "# SKIP", block.info.removeprefix("skip: "))
                    continue
                wrong = ["say why: skip: WHY"] if block.info.startswith("skip") else judge(block, shell)
                print("not ok" if wrong else "ok", name)
                for line in wrong:
                    print(line, file=sys.stderr)
        finally:
            mock.stop()


if __name__ == "__main__":
    main()
