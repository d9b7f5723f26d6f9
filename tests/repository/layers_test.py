"""The layers, read off the sources: who includes whom, and who knows an outside library.

Prints TAP, one line per rule; what breaks it goes to standard error.
"""
import pathlib
import re
import sys

root = pathlib.Path(__file__).resolve().parents[2]

# A layer and those it may include; the most deeply nested folder that holds a file is its layer.
LAYERS = {
    "common": {"common"},
    "contracts": {"common", "contracts"},
    "contracts/suite": {"common", "contracts", "contracts/suite"},
    "mock_server": {"common", "contracts", "mock_server"},
    "client": {"common", "contracts", "client"},
    "tests": {"common", "contracts", "contracts/suite", "mock_server", "client", "tests"},
}
# Public headers are included as they are once installed, and include nothing but the standard library's and
# each other.
PUBLIC = ("client/include", "mock_server/include")
# Headers known to one file, so that what is behind them can be exchanged.
ONE_FILE = {"httplib.h": "mock_server/http/answer_text.cpp", "curl/curl.h": "common/curl_library.hpp"}
# Libraries known to one folder, and to tests of it, by their header or the folder their headers are in.
FOLDERS = {
    "asio": ("mock_server/http/",),
    "libpq-fe": ("mock_server/store/", "tests/mock_server/postgres_"),
    "sqlite3": ("mock_server/store/", "tests/mock_server/sqlite_"),
}

INCLUDE = re.compile(r'^\s*#\s*include\s+(["<])([^">]+)[">]', re.MULTILINE)


def layer_of(path: str) -> str | None:
    return max((layer for layer in LAYERS if path.startswith(layer + "/")), key=len, default=None)


def read_sources() -> dict[str, str]:
    found = (path for layer in LAYERS for path in (root / layer).rglob("*.[ch]pp"))
    return {str(path.relative_to(root)): path.read_text() for path in found}


def installed(name: str) -> str | None:
    """The file of a public header."""
    return next((f"{folder}/{name}" for folder in PUBLIC if (root / folder / name).is_file()), None)


def wrong_includes(sources: dict[str, str], layer: str) -> list[str]:
    found = []
    for path, text in sources.items():
        if layer_of(path) != layer:
            continue
        for quote, name in INCLUDE.findall(text):
            name = installed(name) or name
            target = layer_of(name)
            exists = (root / name).is_file() or (root / f"{name}.in").is_file()
            if quote == '"' and not exists:
                found.append(f'{path}: "{name}" is no file; includes are written from the project\'s root')
            elif target and target not in LAYERS[layer]:
                found.append(f"{path}: {layer} may not include {name}")
    return found


def beyond_file(sources: dict[str, str], header: str) -> list[str]:
    return [
        f"{path}: {header} belongs in {ONE_FILE[header]} alone"
        for path, text in sources.items()
        if layer_of(path) != "tests"
        and path != ONE_FILE[header]
        and header in (name for _, name in INCLUDE.findall(text))
    ]


def beyond_folder(sources: dict[str, str], library: str) -> list[str]:
    return [
        f"{path}: {name} belongs in {FOLDERS[library][0]} alone"
        for path, text in sources.items()
        for _, name in INCLUDE.findall(text)
        if re.match(rf"{library}[./]", name) and not path.startswith(FOLDERS[library])
    ]


def third_party(sources: dict[str, str]) -> list[str]:
    return [
        f"{path}: {name} is neither the standard library's nor a public header"
        for path, text in sources.items()
        if path.startswith(PUBLIC)
        for _, name in INCLUDE.findall(text)
        if not installed(name) and not re.fullmatch("[a-z_]+", name)
        and not (path.endswith("/gtest.hpp") and name in ("gmock/gmock.h", "gtest/gtest.h"))
    ]


def without_guard(sources: dict[str, str]) -> list[str]:
    return [
        f"{path}: no #pragma once"
        for path, text in sources.items()
        if path.endswith(".hpp") and "#pragma once\n" not in text
    ]


def main() -> None:
    sources = read_sources()
    rules = {f"{layer} includes only what it may": wrong_includes(sources, layer) for layer in LAYERS}
    rules |= {f"{header} is known to one file": beyond_file(sources, header) for header in ONE_FILE}
    rules |= {f"{library} is known to one folder": beyond_folder(sources, library) for library in FOLDERS}
    rules["public headers need no other library"] = third_party(sources)
    rules["headers are guarded"] = without_guard(sources)
    print(f"1..{len(rules)}")
    for number, (rule, broken) in enumerate(rules.items(), 1):
        print("not ok" if broken else "ok", number, "-", rule)
        for what in broken:
            print(what, file=sys.stderr)


if __name__ == "__main__":
    main()
