#!/usr/bin/env python3
"""Runs CPython's own tests of `multiprocessing` under polyproc and compares with the list of those that pass.

    tests-py/conformance/run.py [options] [Class | Class.test …]

Needs a CPython 3.12 with its `test` package: --cpython, POLYPROC_CPYTHON, pyenv's versions, or python3.12
on the path. Any Python from 3.9 on runs this, polyproc too. Each class of tests runs in a program of its
own, so that one that hangs or dies takes no other along: it is killed after --patience seconds without a
test's end, and the rest of the class goes on in another one.

Prints a table of start methods and types, and the tests that do other than `passing.txt` says. Exit
status: 0, or 1 if a test in the list does not pass any more.
"""

import argparse
import collections
import glob
import json
import os
import shutil
import signal
import subprocess
import sys
import tempfile
import time

HERE = os.path.dirname(os.path.abspath(__file__))
LIST = os.path.join(HERE, "passing.txt")
TYPES = ("processes", "threads", "manager", "misc")
METHODS = ("fork", "spawn", "forkserver")
BAD = ("failed", "hung", "died")


def find_cpython(wanted):
    """The path of a CPython 3.12 that has its tests."""
    candidates = [wanted, os.environ.get("POLYPROC_CPYTHON"),
                  *sorted(glob.glob(os.path.expanduser("~/.pyenv/versions/3.12*/bin/python"))),
                  shutil.which("python3.12")]
    for candidate in candidates:
        if candidate:
            found = subprocess.run(
                [candidate, "-c", "import sys, test._test_multiprocessing as m; "
                 "print(*sys.version_info[:2], m.__file__)"], capture_output=True, text=True)
            if found.returncode == 0 and found.stdout.startswith("3 12 "):
                return candidate, os.path.dirname(found.stdout.split(maxsplit=2)[2].strip())
    raise SystemExit("run.py: no CPython 3.12 with its package `test` was found; name one by --cpython")


class Suite:
    """The tests of one type under one start method."""

    def __init__(self, options, path, type_, method):
        self._options = options
        self._type = type_
        self._method = method
        self._environment = {**os.environ, "POLYPROC_SUITE": f"{type_} {method}",
                             "POLYPROC_SUITE_PATH": path}

    def _start(self, *arguments, **streams):
        command = [*self._options.command, os.path.join(HERE, "suite_main.py"), self._type,
                   self._method, *arguments]
        return subprocess.Popen(command, env=self._environment, start_new_session=True,
                                stdin=subprocess.DEVNULL, **streams)

    def names(self):
        """`Class.test` of all tests."""
        with self._start("--list", stdout=subprocess.PIPE, text=True) as process:
            names = process.stdout.read().split()
        if process.returncode != 0:
            raise SystemExit("run.py: the tests cannot be listed")
        return names

    def run(self, tests):
        """Runs tests of one class; returns the outcome and a detail of each."""
        outcomes = {}
        left = list(tests)
        while left:
            some = self._run_once(left)
            outcomes.update(some)
            rest = [test for test in left if test not in some]
            if len(rest) == len(left):
                outcomes.update((test, ("died", "the program did not get to a test")) for test in rest)
                break
            left = rest
        return outcomes

    def _run_once(self, tests):
        with tempfile.TemporaryDirectory() as folder:
            results = os.path.join(folder, "results")
            with open(os.path.join(folder, "output"), "w+b") as output:
                process = self._start(results, *tests, stdout=output, stderr=output)
                hung = self._await(process, results)
                output.seek(0)
                text = output.read().decode(errors="replace")[-4000:]
            return self._read(results, "hung" if hung else "died", text)

    def _await(self, process, results):
        """Waits for the end; True if it had to be killed."""
        size, since = 0, time.monotonic()
        while True:
            try:
                process.wait(1)
                return False
            except subprocess.TimeoutExpired:
                now = os.path.getsize(results) if os.path.exists(results) else 0
                if now != size:
                    size, since = now, time.monotonic()
                elif time.monotonic() - since > self._options.patience:
                    os.killpg(process.pid, signal.SIGKILL)
                    process.wait()
                    return True

    @staticmethod
    def _read(results, otherwise, text):
        outcomes, begun = {}, None
        if os.path.exists(results):
            with open(results, encoding="utf-8") as file:
                for line in file:
                    name, outcome, detail, _ = json.loads(line)
                    if outcome == "start":
                        begun = name
                    else:
                        if outcomes.get(name, ("",))[0] not in BAD:
                            outcomes[name] = outcome, detail
        if begun is not None and begun not in outcomes:
            outcomes[begun] = otherwise, text
        return outcomes


def run_suite(options, path, type_, method):
    """Runs one type under one method; returns {test: (outcome, detail)}."""
    suite = Suite(options, path, type_, method)
    classes = collections.defaultdict(list)
    for name in suite.names():
        class_name = name.partition(".")[0]
        if not options.tests or name in options.tests or class_name in options.tests:
            classes[class_name].append(name)
    outcomes = {}
    for class_name, tests in sorted(classes.items()):
        begin = time.monotonic()
        found = suite.run(tests)
        outcomes.update(found)
        counts = collections.Counter(outcome for outcome, _ in found.values())
        print(f"{method:10} {class_name:40} {describe(counts)}  {time.monotonic() - begin:.0f} s",
              flush=True)
        for name, (outcome, detail) in found.items():
            if outcome in BAD:
                print(f"    {outcome}: {name}", flush=True)
                if options.verbose:
                    print("        " + detail.strip().replace("\n", "\n        "), flush=True)
    return outcomes


def describe(counts):
    return ", ".join(f"{count} {outcome}" for outcome, count in sorted(counts.items())) or "none"


def read_list():
    """The tests that pass, as `method Class.test`."""
    if not os.path.exists(LIST):
        return set()
    with open(LIST, encoding="utf-8") as file:
        return {line.strip() for line in file if line.strip() and not line.startswith("#")}


def write_list(names):
    with open(LIST, "w", encoding="utf-8") as file:
        file.write("# Tests of CPython 3.12 that pass under polyproc. It only grows: run.py --update adds.\n")
        file.writelines(f"{name}\n" for name in sorted(names))


def print_table(table):
    print(f"\n{'':12}" + "".join(f"{type_:>26}" for type_ in TYPES))
    for method in METHODS:
        cells = []
        for type_ in TYPES:
            counts = table.get((method, type_))
            cells.append("" if counts is None else
                         f"{counts['passed']} passed, {counts['skipped']} skipped"
                         + (f", {sum(counts[bad] for bad in BAD)} bad"
                            if any(counts[bad] for bad in BAD) else ""))
        print(f"{method:12}" + "".join(f"{cell:>26}" for cell in cells))


def main():
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("tests", nargs="*", help="Class or Class.test; all by default")
    parser.add_argument("--cpython", help="a CPython 3.12 with its package `test`")
    parser.add_argument("--method", choices=METHODS, action="append", help="by default all")
    parser.add_argument("--type", choices=TYPES, action="append", help="by default all")
    parser.add_argument("--command", nargs="+", default=[os.path.join(HERE, "../../polyproc")],
                        help="what runs the tests; by default polyproc")
    parser.add_argument("--patience", type=float, default=240,
                        help="seconds without the end of a test until it counts as hung")
    parser.add_argument("--update", action="store_true", help="add what passes to the list")
    parser.add_argument("--verbose", action="store_true", help="print why a test failed")
    options = parser.parse_args()
    _, tests = find_cpython(options.cpython)
    table, passed, bad = {}, set(), set()
    with tempfile.TemporaryDirectory() as path:
        os.symlink(tests, os.path.join(path, "test"))
        for method in options.method or METHODS:
            for type_ in options.type or TYPES:
                outcomes = run_suite(options, path, type_, method)
                table[method, type_] = collections.Counter(o for o, _ in outcomes.values())
                for name, (outcome, _) in outcomes.items():
                    (bad if outcome in BAD else passed).add(f"{method} {name}")
    print_table(table)
    known = read_list()
    lost = known & bad
    if options.update:
        write_list(known | passed)
    for name in sorted(lost):
        print(f"does not pass any more: {name}")
    print(f"{len(passed - known)} more pass than the list says" if passed - known else "as the list says")
    return 1 if lost else 0


if __name__ == "__main__":
    sys.exit(main())
