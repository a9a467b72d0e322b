"""Runs the conformance programs and the document's examples on three nodes, with no process on the program's own.

    spread.py [PROGRAM…] [--jobs N]     all that use multiprocessing, or those whose name matches, such as 'pool/*'

It runs under any Python 3.12; what it tests is target/polyproc, or what the variable POLYPROC names. Each program must
print what CPython 3.12 prints on one machine. `not-spread.txt` names those that can't, each with the reason.
"""

import argparse
import fnmatch
import glob
import json
import os
import re
import subprocess
import sys

from nodes import POLYPROC, ROOT, Nodes

FOLDER = os.path.dirname(os.path.abspath(__file__))
PROGRAMS = os.path.join(ROOT, "tests-py", "programs")
USES_PROCESSES = re.compile(r"^\s*(import|from) (multiprocessing|concurrent)\b", re.MULTILINE)


def excluded():
    """The programs that can't be spread, and why."""
    with open(os.path.join(FOLDER, "not-spread.txt")) as file:
        lines = [line.strip() for line in file]
    return dict(line.split(None, 1) for line in lines if line and not line.startswith("#"))


def programs():
    """The names of all programs whose processes multiprocessing starts."""
    names = []
    for path in sorted(glob.glob(os.path.join(PROGRAMS, "*", "*"))):
        name, extension = os.path.splitext(os.path.relpath(path, PROGRAMS))
        if extension not in (".py", ".header"):
            continue
        with open(path) as file:
            text = file.read()
        if text.startswith("# conformance:") and (extension == ".header" or USES_PROCESSES.search(text)):
            names.append(name)
    return names


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("programs", nargs="*")
    parser.add_argument("--jobs", type=int, default=2, help="how many programs run at a time; by default 2")
    options = parser.parse_args()
    reasons = excluded()
    names = programs()
    unknown = sorted(set(reasons) - set(names))
    if unknown:
        sys.exit(f"not-spread.txt names programs that there are not: {', '.join(unknown)}")
    if options.programs:
        chosen = [name for name in names if any(fnmatch.fnmatch(name, wanted) for wanted in options.programs)]
    else:
        chosen = [name for name in names if name not in reasons]
    if not chosen:
        sys.exit(f"no program with processes is named like {' or '.join(options.programs)}")
    with Nodes() as nodes:
        nodes.start("a", cores=0)
        for name in "bc":
            nodes.join(name)
        status = subprocess.run([POLYPROC, "verify", "--jobs", str(options.jobs), *chosen], env=nodes.environment()).returncode
        started = {node["name"]: node["started"] for node in json.loads(nodes.command("status", "--json"))["nodes"]}
    print(
        f"{len(chosen)} programs; processes that each node has run for them: "
        + ", ".join(f"{name} {count}" for name, count in sorted(started.items()))
    )
    if started["a"] or not started["b"] or not started["c"]:
        print("the processes were not spread over the other nodes")
        return 1
    return status


if __name__ == "__main__":
    sys.exit(main())
