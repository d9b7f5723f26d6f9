"""A program outside of the tree builds, links and runs against the installed library, found by pkg-config;
and so does what the README shows, which is not run.

usage: installed_test.py BUILD_FOLDER PREFIX SANITIZERS README COMPILER...
"""

import os
import pathlib
import re
import subprocess
import sys
import tempfile


def output_of(*command, **options):
    return subprocess.run(command, check=True, stdout=subprocess.PIPE, text=True, **options).stdout


def program_of(readme):
    """The README's C++ as a program: its includes, and a main function of the rest."""
    code = re.search(r"^```cpp\n(.*?)^```$", pathlib.Path(readme).read_text(), re.MULTILINE | re.DOTALL)[1]
    lines = code.splitlines()
    includes = [line for line in lines if line.startswith("#include")]
    rest = [line for line in lines if not line.startswith("#include")]
    return "\n".join([*includes, "int main() {", *rest, "}", ""])


def main():
    build, prefix, sanitizers, readme, *compiler = sys.argv[1:]
    program = pathlib.Path(__file__).with_name("outside.cpp")
    with tempfile.TemporaryDirectory() as root:
        output_of("meson", "install", "-C", build, "--no-rebuild", "--tags", "devel", "--destdir", root)
        found = next(pathlib.Path(root + prefix).rglob("flow-client.pc")).parent
        environment = dict(os.environ, PKG_CONFIG_PATH=str(found))
        flags = output_of("pkg-config", "--cflags", "--libs", "flow-client", env=environment).split()
        if sanitizers != "none":
            flags.append("-fsanitize=" + sanitizers)
        binary = os.path.join(root, "outside")
        output_of(*compiler, "-std=c++20", str(program), "-o", binary, *flags)
        assert "is not the id of a run" in output_of(binary)
        shown = os.path.join(root, "shown.cpp")
        pathlib.Path(shown).write_text(program_of(readme))
        output_of(*compiler, "-std=c++20", shown, "-o", os.path.join(root, "shown"), *flags)


main()
