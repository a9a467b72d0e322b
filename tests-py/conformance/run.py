#!/usr/bin/env python3
"""Runs CPython's own tests of `multiprocessing` and of process pools of `concurrent.futures` under polyproc
and compares with the list of those that pass.

    tests-py/conformance/run.py [options] [Class | Class.test …]
    tests-py/conformance/run.py --posix [--type test_os] [options] [Class | Class.test …]

Needs a CPython 3.12 with its `test` package: --cpython, POLYPROC_CPYTHON, pyenv's versions, or python3.12
on the path. Any Python from 3.9 on runs this, polyproc too. The tests of a type run in one program under each
start method, as CPython runs them. One that hangs is killed after --patience seconds without a test's
end; the tests that are left then go on in another program. Those of `impossible.txt` are run only by name.
Where that CPython was installed without `test_concurrent_futures`, as 3.12.0 to 3.12.2 were, those of a 3.13 of
pyenv's stand in.

With --posix these are the tests of the modules that stand on the system (`test_fcntl`, `test_os` …), which have no
start method; their list is `passing-posix.txt`.

Prints a table of start methods and types (with --classes also of classes), and the tests that do other
than `passing.txt` says. Exit status: 0, or 1 if a test in the list does not pass any more.
"""

import argparse
import collections
import concurrent.futures
import fnmatch
import glob
import json
import os
import re
import shutil
import signal
import subprocess
import sys
import tempfile
import time

HERE = os.path.dirname(os.path.abspath(__file__))
LIST = os.path.join(HERE, "passing.txt")
TYPES = ("processes", "threads", "manager", "misc", "futures")
METHODS = ("fork", "spawn", "forkserver")
POSIX_LIST = os.path.join(HERE, "passing-posix.txt")
POSIX_TYPES = (
    "test_fcntl",
    "test_epoll",
    "test_select",
    "test_poll",
    "test_selectors",
    "test_resource",
    "test_grp",
    "test_pwd",
    "test_mmap",
    "test_ioctl",
    "test_syslog",
    "test_threadsignals",
    "test_signal",
    "test_time",
    "test_posix",
    "test_os",
    "test_wait3",
    "test_wait4",
    "test_fork1",
    "test_pty",
    "test_socketserver",
    "test_subprocess",
    "test_sqlite3",
    "test_zoneinfo",
    "test_cprofile",
    "test_except_star",
)
POSIX_PATIENCE = 90
"""Seconds for one of these tests."""
BAD = ("failed", "hung", "died")
FUTURES = "test_concurrent_futures"


def find_cpython(wanted):
    """A CPython 3.12 that has its tests: its path, its home and the folder of its package `test`."""
    candidates = [
        wanted,
        os.environ.get("POLYPROC_CPYTHON"),
        *sorted(glob.glob(os.path.expanduser("~/.pyenv/versions/3.12*/bin/python"))),
        shutil.which("python3.12"),
    ]
    for candidate in candidates:
        if candidate:
            found = subprocess.run(
                [
                    candidate,
                    "-c",
                    "import sys, test._test_multiprocessing as m; "
                    "print(*sys.version_info[:2], sys.base_prefix, m.__file__, sep=chr(10))",
                ],
                capture_output=True,
                text=True,
            )
            if found.returncode == 0 and found.stdout.startswith("3\n12\n"):
                home, file = found.stdout.splitlines()[2:]
                return candidate, home, os.path.dirname(file)
    raise SystemExit("run.py: no CPython 3.12 with its package `test` was found; name one by --cpython")


def lay_out(tests, path):
    """Makes the package `test` at the path: CPython's, with the tests of `concurrent.futures`, if any."""
    os.mkdir(path)
    for name in os.listdir(tests):
        if name != "__pycache__":
            os.symlink(os.path.join(tests, name), os.path.join(path, name))
    if os.path.exists(os.path.join(path, FUTURES)):
        return
    newer = sorted(glob.glob(os.path.expanduser(os.path.join("~/.pyenv/versions/3.13*/lib/python3.13/test", FUTURES))))
    if newer:
        os.mkdir(os.path.join(path, FUTURES))
        for file in glob.glob(os.path.join(newer[0], "[!_]*.py")):
            os.symlink(file, os.path.join(path, FUTURES, os.path.basename(file)))
        os.symlink(os.path.join(HERE, "futures_support.py"), os.path.join(path, FUTURES, "__init__.py"))


class Suite:
    """The tests of one type under one start method."""

    def __init__(self, options, cpython, home, path, type_, method):
        self._options = options
        self._cpython = cpython
        self._type = type_
        self._method = method
        self._folder = path
        # Where `test.support` sees PYTHONHOME, it starts programs without -I, so that they find `test`.
        self._environment = {
            **os.environ,
            "PYTHONPATH": path,
            "PYTHONHOME": home,
            "POLYPROC_SUITE": f"{type_} {method}",
            "POLYPROC_SUITE_PATH": path,
            "POLYPROC_SUITE_PATIENCE": str(options.patience),
        }
        # Tests are compiled once, and not by each process again.
        self._environment.pop("PYTHONDONTWRITEBYTECODE", None)

    def _start(self, command, *arguments, **streams):
        command = [*command, os.path.join(HERE, "suite_main.py"), self._type, self._method, *arguments]
        # Programs that the tests start by -E -c find the package `test` in the current folder.
        return subprocess.Popen(
            command, env=self._environment, cwd=self._folder, start_new_session=True, stdin=subprocess.DEVNULL, **streams
        )

    def names(self):
        """`Class.test` of the tests that CPython has and the options choose."""
        with self._start([self._cpython], "--list", stdout=subprocess.PIPE, text=True) as process:
            # Some modules print what they test.
            names = re.findall(r"^[A-Za-z_]\w*\.\w+$", process.stdout.read(), re.MULTILINE)
        if process.returncode != 0:
            raise SystemExit("run.py: the tests cannot be listed")
        wanted = set(self._options.tests)
        known = read_list(self._options.list) if self._options.missing else ()
        return [
            name
            for name in names
            if (not wanted or {name, name.partition(".")[0]} & wanted) and key_of(self._method, self._type, name) not in known
        ]

    def run(self):
        """Runs the tests chosen; returns the outcome and a detail of each, and tells of bad ones at once."""
        left = self.names()
        outcomes = {
            name: ("impossible", reason)
            for pattern, reason in read_impossible().items()
            for name in fnmatch.filter(left, pattern)
            if name not in self._options.tests
        }
        left = [name for name in left if name not in outcomes]
        while left:
            outcomes.update(self._run_once(left))
            left = [test for test in left if test not in outcomes]
        return outcomes

    def _run_once(self, tests):
        with tempfile.TemporaryDirectory() as folder:
            results = Results(os.path.join(folder, "results"), self._tell)
            with open(os.path.join(folder, "output"), "w+b") as output:
                process = self._start(self._options.command, results.path, *tests, stdout=output, stderr=output)
                hung = self._await(process, results)
                output.seek(0)
                text = shortened(output.read().decode(errors="replace"))
            results.read()
            if results.running is not None:
                results.add(results.running, "hung" if hung else "died", text)
            elif not results.outcomes:
                for test in tests:
                    results.add(test, "died", f"the program did not get to a test:\n{text}")
            elif text and self._options.verbose:
                print(f"output of {self._type} under {self._method}:\n{text}", flush=True)
            return results.outcomes

    def _await(self, process, results):
        """Waits for the end; True if it had to be killed."""
        since = time.monotonic()
        while True:
            try:
                process.wait(1)
                return False
            except subprocess.TimeoutExpired:
                if results.read():
                    since = time.monotonic()
                elif time.monotonic() - since > self._options.patience:
                    os.killpg(process.pid, signal.SIGKILL)
                    process.wait()
                    return True

    def _tell(self, name, outcome, detail):
        text = f"{outcome}: {self._method} {name}"
        if self._options.verbose:
            text += "\n    " + detail.strip().replace("\n", "\n    ")
        print(text, flush=True)


def shortened(text):
    """Its beginning and end: a Java stack trace says in its first lines what happened."""
    return text if len(text) <= 20000 else f"{text[:5000]}\n[…]\n{text[-15000:]}"


class Results:
    """What a program has written about its tests so far."""

    def __init__(self, path, tell):
        self.path = path
        self.outcomes = {}
        self.running = None
        self._tell = tell
        self._file = None

    def read(self):
        """Takes over what is new; False if there is nothing."""
        if self._file is None and os.path.exists(self.path):
            self._file = open(self.path, encoding="utf-8")
        lines = self._file.readlines() if self._file is not None else []
        for line in lines:
            name, outcome, detail, _ = json.loads(line)
            if outcome == "start":
                self.running = name
            else:
                self.add(name, outcome, detail)
        return bool(lines)

    def add(self, name, outcome, detail):
        self.running = None
        if self.outcomes.get(name, ("",))[0] not in BAD:
            self.outcomes[name] = outcome, detail
        if outcome in BAD:
            self._tell(name, outcome, detail)


def run_all(options):
    """Runs all that the options choose; returns {(method, type): {test: (outcome, detail)}}."""
    cpython, home, tests = find_cpython(options.cpython)
    with tempfile.TemporaryDirectory() as path, concurrent.futures.ThreadPoolExecutor(options.jobs) as executor:
        lay_out(tests, os.path.join(path, "test"))
        types = [
            type_
            for type_ in options.type or (POSIX_TYPES if options.posix else TYPES)
            if type_ != "futures" or os.path.exists(os.path.join(path, "test", FUTURES))
        ]
        futures = {
            (method, type_): executor.submit(Suite(options, cpython, home, path, type_, method).run)
            for method in (["posix"] if options.posix else options.method or METHODS)
            for type_ in types
        }
        return {key: future.result() for key, future in futures.items()}


def key_of(method, type_, test):
    """What a list has for a test: `method Class.test`, or `module Class.test` where there are no methods."""
    return f"{type_ if method == 'posix' else method} {test}"


def read_list(path=None):
    """The tests that pass."""
    path = path or LIST
    if not os.path.exists(path):
        return set()
    with open(path, encoding="utf-8") as file:
        return {line.strip() for line in file if line.strip() and not line.startswith("#")}


def read_impossible():
    """The tests that cannot pass on a JVM, as {`Class.test`, or a pattern: reason}."""
    with open(os.path.join(HERE, "impossible.txt"), encoding="utf-8") as file:
        lines = [line for line in file if line.strip() and not line.startswith("#")]
    return {name: reason.strip() for name, _, reason in (line.partition(":") for line in lines)}


def write_list(path, names):
    with open(path, "w", encoding="utf-8") as file:
        file.write("# Tests of CPython 3.12 that pass under polyproc. It only grows: run.py --update adds.\n")
        file.writelines(f"{name}\n" for name in sorted(names))


def print_table(columns, rows):
    """columns: their names; rows: {name: {column: counts}}."""
    width = max(map(len, rows), default=0)
    print(f"\n{'':{width}}" + "".join(f"{column:>38}" for column in columns))
    for name, row in rows.items():
        print(f"{name:{width}}" + "".join(f"{cell(row.get(column)):>38}" for column in columns))


def cell(counts):
    if not counts:
        return ""
    bad = sum(counts[outcome] for outcome in BAD)
    more = {"impossible": counts["impossible"], "bad": bad}
    return f"{counts['passed']} passed, {counts['skipped']} skipped" + "".join(
        f", {count} {what}" for what, count in more.items() if count
    )


def print_tables(outcomes, classes):
    by_class = collections.defaultdict(lambda: collections.defaultdict(collections.Counter))
    by_type = {method: collections.defaultdict(collections.Counter) for method, _ in outcomes}
    for (method, type_), tests in outcomes.items():
        for name, (outcome, _) in tests.items():
            by_class[name.partition(".")[0]][method][outcome] += 1
            by_type[method][type_][outcome] += 1
    if classes:
        print_table(sorted({method for method, _ in outcomes}), dict(sorted(by_class.items())))
    types = [type_ for type_ in (*TYPES, *POSIX_TYPES) if any(type_ == ran for _, ran in outcomes)]
    if ("posix", types[0]) in outcomes:
        print_table(["posix"], {type_: {"posix": by_type["posix"][type_]} for type_ in types})
    else:
        print_table(types, by_type)


def main():
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("tests", nargs="*", help="Class or Class.test; all by default")
    parser.add_argument("--cpython", help="a CPython 3.12 with its package `test`")
    parser.add_argument("--method", choices=METHODS, action="append", help="by default all")
    parser.add_argument("--type", choices=(*TYPES, *POSIX_TYPES), action="append", help="by default all")
    parser.add_argument("--posix", action="store_true", help="run the tests of modules that stand on the system")
    parser.add_argument(
        "--command", nargs="+", default=[os.path.join(HERE, "../../polyproc")], help="what runs the tests; by default polyproc"
    )
    parser.add_argument(
        "--patience",
        type=float,
        help="seconds without the end of a test until it counts as hung; "
        "by default 330, as some tests wait 300 s, and 90 with --posix",
    )
    parser.add_argument("--missing", action="store_true", help="run those that the list does not have")
    parser.add_argument("--update", action="store_true", help="add what passes to the list")
    parser.add_argument("--verbose", action="store_true", help="print why a test failed")
    parser.add_argument("--jobs", type=int, default=1, help="how many programs run at once; by default 1")
    parser.add_argument("--classes", action="store_true", help="print a table of classes too")
    options = parser.parse_args()
    options.patience = options.patience or (POSIX_PATIENCE if options.posix else 330)
    options.list = POSIX_LIST if options.posix else LIST
    # A shell's job in the background has SIGINT ignored, and would pass that on to the tests.
    signal.signal(signal.SIGINT, signal.default_int_handler)
    outcomes = run_all(options)
    print_tables(outcomes, options.classes)
    passed, bad = set(), set()
    for (method, type_), tests in outcomes.items():
        for name, (outcome, _) in tests.items():
            if outcome != "impossible":
                (bad if outcome in BAD else passed).add(key_of(method, type_, name))
    known = read_list(options.list)
    lost = known & bad
    if options.update:
        write_list(options.list, known | passed)
    for name in sorted(lost):
        print(f"does not pass any more: {name}")
    print(f"{len(passed - known)} more pass than the list says" if passed - known else "as the list says")
    return 1 if lost else 0


if __name__ == "__main__":
    sys.exit(main())
