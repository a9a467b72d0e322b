"""Runs tests of CPython's `test._test_multiprocessing` and `test.test_concurrent_futures` and writes what
became of each, as JSON lines.

The main program of the runner (`run.py`), and so of all processes that the tests start: with the start
methods `spawn` and `forkserver` they import it and must find the test classes, whence no main guard here.

    suite_main.py TYPE METHOD RESULTS [TEST…]

TYPE: processes, threads, manager or misc, or futures; METHOD: fork, spawn or forkserver; or METHOD is posix, and
TYPE a module of CPython's tests; RESULTS: the file to write;
TEST: `Class.test`, all of the type's if none are named; `--list` in place of RESULTS prints their names.
"""

import importlib
import json
import os
import re
import sys
import time
import unittest

sys.path.insert(0, os.environ["POLYPROC_SUITE_PATH"])

from test import support  # noqa: E402

support.cpython_only = lambda test: test  # what CPython does not skip is not skipped here

# As CPython's own runner does for slow machines.
support.SHORT_TIMEOUT = max(support.SHORT_TIMEOUT, float(os.environ["POLYPROC_SUITE_PATIENCE"]) / 2)

_type, _method = os.environ["POLYPROC_SUITE"].split()
if _type != "futures" and _method != "posix":
    from test import _test_multiprocessing

    _test_multiprocessing._TestBarrier.defaultTimeout = support.SHORT_TIMEOUT
    _test_multiprocessing.install_tests_in_module_dict(
        globals(), _method, **({"exclude_types": True} if _type == "misc" else {"only_type": _type})
    )


class _Results(unittest.TestResult):
    """Writes a line when a test starts and one when it has ended."""

    def __init__(self, file):
        super().__init__()
        self._file = file

    def _write(self, test, outcome, detail=""):
        name = _name(test) if isinstance(test, unittest.TestCase) else str(test)
        self._file.write(json.dumps([name, outcome, detail, time.time()]) + "\n")
        self._file.flush()

    def startTest(self, test):
        super().startTest(test)
        self._bad = False
        self._write(test, "start")

    def addSuccess(self, test):
        super().addSuccess(test)
        if not self._bad:
            self._write(test, "passed")

    def addError(self, test, err):
        super().addError(test, err)
        self._bad = True
        self._write(test, "failed", self._exc_info_to_string(err, test))

    addFailure = addError

    def addSubTest(self, test, subtest, err):
        super().addSubTest(test, subtest, err)
        if err is not None:
            self._bad = True
            self._write(test, "failed", self._exc_info_to_string(err, test))

    def addSkip(self, test, reason):
        super().addSkip(test, reason)
        self._write(test, "skipped", reason)

    def addExpectedFailure(self, test, err):
        super().addExpectedFailure(test, err)
        self._write(test, "passed")

    def addUnexpectedSuccess(self, test):
        super().addUnexpectedSuccess(test)
        self._write(test, "failed", "unexpected success")


def _tests(suite):
    for test in suite:
        if isinstance(test, unittest.TestSuite):
            yield from _tests(test)
        else:
            yield test


def _name(test):
    return ".".join(test.id().split(".")[-2:])


def _futures():
    """The tests of process pools under the method; their classes have it in their names."""
    from test.support import script_helper

    from test import test_concurrent_futures as package

    # Lets the programs that the tests start find them by PYTHONPATH, as otherwise in the standard library.
    script_helper.__dict__["__cached_interp_requires_environment"] = True
    os.environ["PYTHONPATH"] = os.environ["POLYPROC_SUITE_PATH"]
    newer = set(getattr(package, "NEWER", ()))
    for name in sorted(os.listdir(package.__path__[0])):
        if name.startswith("test_") and name.endswith(".py"):
            module = importlib.import_module(f"{package.__name__}.{name[:-3]}")
            for test in _tests(unittest.defaultTestLoader.loadTestsFromModule(module)):
                if _method in _methods(_name(test)) and not newer.intersection(_name(test).split(".")):
                    yield test


def _tests_of_module(name):
    try:
        module = importlib.import_module(name)
    except unittest.SkipTest as e:
        print(f"{name} is skipped: {e}", file=sys.stderr)
        return []
    if not hasattr(module, "__path__"):
        return list(_tests(unittest.defaultTestLoader.loadTestsFromModule(module)))
    names = sorted(file[:-3] for file in os.listdir(module.__path__[0]) if file.startswith("test_") and file.endswith(".py"))
    return [test for each in names for test in _tests_of_module(f"{name}.{each}")]


def _methods(name):
    """The start method that a test of process pools is for, in a list; none for another test."""
    return [
        method.lower()
        for found in re.findall(r"^ProcessPool(Fork|Spawn|Forkserver)[A-Z]|^FailingInitializerResourcesTest\.test_(\w+)", name)
        for method in found
        if method
    ]


def _main():
    results, *wanted = sys.argv[3:]
    if _method == "posix":
        tests = _tests_of_module(f"test.{_type}")
    elif _type == "futures":
        tests = list(_futures())
    else:
        tests = list(_tests(unittest.defaultTestLoader.loadTestsFromModule(sys.modules["__main__"])))
    if results == "--list":
        print("\n".join(map(_name, tests)))
        return
    if wanted:
        tests = [test for test in tests if _name(test) in wanted]
    with open(results, "a", encoding="utf-8") as file:
        unittest.TestSuite(tests).run(_Results(file))


if __name__ == "__main__":
    _main()
