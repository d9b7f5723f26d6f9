"""What the benches print: Markdown tables, and the machine they were measured on."""
import os
import pathlib
import platform
import subprocess


def markdown(columns: list[str], rows: list[list[str]]) -> str:
    """The first column holds names, all others numbers."""
    lines = [columns, ["---", *["---:"] * (len(columns) - 1)], *rows]
    return "\n".join("| " + " | ".join(line) + " |" for line in lines)


def number(value: float) -> str:
    """Three digits that count, and thousands told apart."""
    if value >= 100:
        return f"{value:,.0f}"
    return f"{value:.1f}" if value >= 10 else f"{value:.2f}"


def megabytes(size: float) -> str:
    return number(size / 1e6)


def first_line(*command: str) -> str:
    """What a program says first of itself, to whichever output."""
    done = subprocess.run(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, check=False)
    return done.stdout.strip().splitlines()[0] if done.stdout.strip() else "?"


def machine() -> str:
    """A line: processor, cores, memory, system."""
    info = pathlib.Path("/proc/cpuinfo").read_text()
    model = next((line.split(":", 1)[1].strip() for line in info.splitlines() if line.startswith("model name")), "?")
    memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 1e9
    release = dict(
        line.split("=", 1) for line in pathlib.Path("/etc/os-release").read_text().splitlines() if "=" in line
    )
    system = release.get("PRETTY_NAME", "?").strip('"')
    return f"{model}, {os.cpu_count()} cores, {memory:.0f} GB; {system}, Linux {platform.release()}"


def resident(pid: int) -> int:
    """Bytes that a process and its children hold in memory (VmRSS): pages they share count for each."""
    status = pathlib.Path(f"/proc/{pid}/status").read_text()
    own = next((int(line.split()[1]) for line in status.splitlines() if line.startswith("VmRSS:")), 0)
    children = pathlib.Path(f"/proc/{pid}/task").glob("*/children")
    return own * 1024 + sum(resident(int(child)) for file in children for child in file.read_text().split())


def processor_seconds(pid: int) -> float:
    """User and system time that a process and its children have taken so far."""
    fields = pathlib.Path(f"/proc/{pid}/stat").read_text().rpartition(") ")[2].split()
    own = (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")
    children = pathlib.Path(f"/proc/{pid}/task").glob("*/children")
    return own + sum(processor_seconds(int(child)) for file in children for child in file.read_text().split())
