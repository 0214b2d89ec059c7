#!/usr/bin/env python3
"""Configures the project in outside/ with Baton as its subdirectory, and compiles its program as that project would.

usage: compile_outside.py BATON_SOURCE BUILD_DIRECTORY CXX

Only the program is compiled, from compile_commands.json: a build would make the libraries a second time.
"""
import json
import pathlib
import shlex
import subprocess
import sys


def main():
    baton, build, compiler = sys.argv[1:]
    outside = pathlib.Path(__file__).parent / "outside"
    subprocess.run(["cmake", "-S", outside, "-B", build, "-G", "Ninja", f"-DBATON={baton}", f"-DCMAKE_CXX_COMPILER={compiler}",
                    "-DCMAKE_EXPORT_COMPILE_COMMANDS=ON"], check=True)
    commands = json.loads((pathlib.Path(build) / "compile_commands.json").read_text())
    program = next(command for command in commands if pathlib.Path(command["file"]) == outside / "main.cc")
    assert "/proto" not in program["command"], "the messages of the protocol are shown to whoever links the SDKs"
    subprocess.run([*shlex.split(program["command"]), "-Wall", "-Wextra", "-Werror", "-fsyntax-only"], cwd=program["directory"], check=True)


if __name__ == "__main__":
    main()
