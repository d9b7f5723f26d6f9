"""Projects of others use this one: the examples build against an installed copy, and their tests pass; of a
subproject, nothing is looked up or built but what is asked for. What the README shows is in the examples.

usage: examples_test.py cmake|meson|subproject BUILD_FOLDER PREFIX SANITIZERS
Exit 77 (skipped) with sanitizers, and where the build system is not installed.
"""
import json
import os
import pathlib
import re
import shutil
import subprocess
import sys
import tempfile

root = pathlib.Path(__file__).resolve().parents[2]

CLIENT_ONLY = """
project('outside', 'cpp', default_options: 'cpp_std=c++20')
flow_client_dep = dependency('flow-client', fallback: 'flow-service-mock', default_options: 'mock=disabled')
executable('outside', 'outside.cpp', dependencies: flow_client_dep)
"""
CLIENT_TARGETS = {"flow-client", "flow-common", "flow-contract-catalogue", "catalogue-embedded"}
CLIENT_DEPENDENCIES = {"dl", "libcurl", "nlohmann_json", "threads"}
MOCK_TARGETS = {
    "flowmock", "flow-contract-data", "contract-embedded", "report-style-embedded", "mock-embedded", "console-embedded",
}
MOCK_DEPENDENCIES = {"boost", "cpp-httplib", "libpq", "openssl", "spdlog", "sqlite3"}


def run(*command, **environment) -> str:
    done = subprocess.run(command, stdout=subprocess.PIPE, text=True, env=os.environ | environment)
    print(*command, done.stdout, sep="\n", flush=True)
    done.check_returncode()
    return done.stdout


def same(what: str, found, expected) -> None:
    if found != expected:
        sys.exit(f"{what}: {found}\nexpected: {expected}")


def check_readme(language: str, build_file: pathlib.Path) -> None:
    """Each line of the README's block is one of the example's, in this order."""
    block = re.search(rf"^```{language}\n(.*?)^```$", (root / "README.md").read_text(), re.MULTILINE | re.DOTALL)[1]
    lines = [line for line in build_file.read_text().splitlines() if line in block.splitlines()]
    same(f"{build_file}, of the README", lines, block.splitlines())


def install(build: str, prefix: str, folder: pathlib.Path) -> pathlib.Path:
    run("meson", "install", "-C", build, "--no-rebuild", "--quiet", "--tags", "devel", "--destdir", str(folder))
    return pathlib.Path(f"{folder}{prefix}")


def meson(build: str, prefix: str, folder: pathlib.Path) -> None:
    example = root / "examples" / "gtest-meson"
    check_readme("meson", example / "meson.build")
    found = next(install(build, prefix, folder / "root").rglob("flow-mock.pc")).parent
    made = str(folder / "build")
    run("meson", "setup", "--wrap-mode=nofallback", "--buildtype=plain", str(example), made, PKG_CONFIG_PATH=str(found))
    run("meson", "test", "-C", made, "--print-errorlogs")


def cmake(build: str, prefix: str, folder: pathlib.Path) -> None:
    example = root / "examples" / "gtest-cmake"
    check_readme("cmake", example / "CMakeLists.txt")
    for source in example.glob("*.[ch]pp"):
        same(source.name, source.read_text(), (root / "examples" / "gtest-meson" / source.name).read_text())
    installed, made = install(build, prefix, folder / "root"), str(folder / "build")
    run("cmake", "-G", "Ninja", "-S", str(example), "-B", made, f"-DCMAKE_PREFIX_PATH={installed}")
    run("cmake", "--build", made)
    run("ctest", "--test-dir", made, "--no-tests=error", "--output-on-failure")


def superproject(folder: pathlib.Path, targets: set[str], dependencies: set[str]) -> str:
    """Configured with this project as a subproject, which has just these targets and looks up just these."""
    (folder / "subprojects").mkdir()
    (folder / "subprojects" / "flow-service-mock").symlink_to(root)
    made = str(folder / "build")
    run("meson", "setup", "--force-fallback-for=flow-client,flow-mock", "--buildtype=plain", str(folder), made)
    known = json.loads(run("meson", "introspect", "--targets", "--dependencies", made))
    found = {target["name"] for target in known["targets"] if target["subproject"] == "flow-service-mock"}
    same("targets of the subproject", found, targets)
    # Not those of the example; newer versions of Meson tell the overridden ones, too.
    foreign = {"gmock", "gmock_main", "flow-client", "flow-mock"}
    found = {dependency["name"] for dependency in known["dependencies"]} - foreign
    same("dependencies of the subproject", found, dependencies)
    return made


def subproject(_build: str, _prefix: str, folder: pathlib.Path) -> None:
    shutil.copytree(root / "examples" / "gtest-meson", folder / "both")
    made = superproject(folder / "both", CLIENT_TARGETS | MOCK_TARGETS, CLIENT_DEPENDENCIES | MOCK_DEPENDENCIES)
    run("meson", "test", "-C", made, "--print-errorlogs")

    client_only = folder / "client"
    client_only.mkdir()
    (client_only / "meson.build").write_text(CLIENT_ONLY)
    shutil.copy(root / "tests" / "client" / "outside" / "outside.cpp", client_only)
    made = superproject(client_only, CLIENT_TARGETS, CLIENT_DEPENDENCIES)
    run("ninja", "-C", made, "outside")
    run(os.path.join(made, "outside"))


def main() -> None:
    way, build, prefix, sanitizers = sys.argv[1:]
    needed = "cmake" if way == "cmake" else "meson"
    if sanitizers != "none" or not shutil.which(needed):
        print(f"{needed} is not installed" if sanitizers == "none" else "it would find nothing more with sanitizers")
        sys.exit(77)
    with tempfile.TemporaryDirectory() as name:
        {"meson": meson, "cmake": cmake, "subproject": subproject}[way](build, prefix, pathlib.Path(name))


main()
