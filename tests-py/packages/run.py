#!/usr/bin/env python3
"""Runs programs that use packages of others under polyproc and CPython 3.12, and compares what they print.

    tests-py/packages/run.py [options] [PACKAGE …]

The packages are what a system has installed, such as Debian's python3-flask: --site names their folder. A package
that is not there is skipped, and said so. Exit status: 1 if any program differs, else 0.
"""

import argparse
import difflib
import glob
import os
import shlex
import signal
import subprocess
import sys
import tempfile
import time

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, os.path.join(HERE, "..", "bench"))

from commands import find_cpython, find_polyproc

HEADER = "# package: "
SITE = "/usr/lib/python3/dist-packages"
HOOK = "import os, site\nsite.addsitedir(os.environ['PACKAGES_SITE'])\n"
"""A `sitecustomize` that makes CPython take a site folder with its .pth files, as POLYPROC_SITE does."""


def programs():
    """The paths of the programs by the package that they use."""
    found = {}
    for path in sorted(glob.glob(os.path.join(HERE, "*.py"))):
        with open(path, encoding="utf-8") as file:
            header = file.readline()
        if header.startswith(HEADER):
            found[header.removeprefix(HEADER).strip()] = path
    return found


def run(command, path, environment, seconds):
    """The exit status (None: it did not end), standard output, and standard error of a program."""
    with tempfile.TemporaryDirectory() as folder:
        process = subprocess.Popen([*command, path], env={**os.environ, **environment}, text=True, cwd=folder,
                                   stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.PIPE,
                                   start_new_session=True)
        try:
            output, errors = process.communicate(timeout=seconds)
        except subprocess.TimeoutExpired:
            os.killpg(process.pid, signal.SIGKILL)
            return None, *process.communicate()
        return process.returncode, output, errors


def difference(expected, found):
    """Lines that tell how two runs differ; none if they print the same and end with the same status."""
    lines = list(difflib.unified_diff(expected[1].splitlines(), found[1].splitlines(), "CPython", "polyproc",
                                      lineterm="", n=1))
    if expected[0] != found[0]:
        lines.append(f"exit status {'none, it did not end' if found[0] is None else found[0]}, not {expected[0]}")
    return lines + found[2].splitlines()[-30:] if lines else []


def main():
    known = programs()
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("packages", nargs="*", metavar="PACKAGE", help="by default all: " + ", ".join(known))
    parser.add_argument("--site", default=SITE, help=f"the folder of the packages, by default {SITE}")
    parser.add_argument("--cpython", help="a CPython 3.12; by default it is looked for")
    parser.add_argument("--polyproc", help="the command; by default that of the source tree")
    parser.add_argument("--seconds", type=float, default=180, help="how long a program may run, by default 180")
    parser.add_argument("--show", action="store_true", help="also what each prints under polyproc")
    options = parser.parse_args()
    unknown = set(options.packages) - set(known)
    if unknown:
        parser.error(f"no such package: {', '.join(sorted(unknown))}")
    cpython = find_cpython(options.cpython)
    if not cpython:
        parser.error("no CPython 3.12 found; --cpython names one")
    polyproc = shlex.split(options.polyproc or find_polyproc())
    counts = dict.fromkeys(("same", "differs", "not installed"), 0)
    with tempfile.TemporaryDirectory() as hook:
        with open(os.path.join(hook, "sitecustomize.py"), "w", encoding="utf-8") as file:
            file.write(HOOK)
        for package in options.packages or known:
            if not any(os.path.exists(os.path.join(options.site, package + end)) for end in ("", ".py")):
                counts["not installed"] += 1
                print(f"{package}: not installed in {options.site}", flush=True)
                continue
            expected = run([cpython, "-B"], known[package], {"PYTHONPATH": hook, "PACKAGES_SITE": options.site},
                           options.seconds)
            begin = time.monotonic()
            found = run([*polyproc, "-B"], known[package], {"POLYPROC_SITE": options.site}, options.seconds)
            lines = difference(expected, found)
            verdict = "differs" if lines else "same"
            counts[verdict] += 1
            print(f"{package}: {verdict}, {time.monotonic() - begin:.1f} s", flush=True)
            for line in lines or (found[1].splitlines() if options.show else ()):
                print("    " + line)
    print(", ".join(f"{count} {verdict}" for verdict, count in counts.items()))
    sys.exit(1 if counts["differs"] else 0)


if __name__ == "__main__":
    main()
