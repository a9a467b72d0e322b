"""Runs tests of CPython's `test._test_multiprocessing` and writes what became of each, as JSON lines.

The main program of the runner (`run.py`), and so of all processes that the tests start: with the start
methods `spawn` and `forkserver` they import it and must find the test classes, whence no main guard here.

    suite_main.py TYPE METHOD RESULTS [TEST…]

TYPE: processes, threads, manager or misc; METHOD: fork, spawn or forkserver; RESULTS: the file to write;
TEST: `Class.test`, all of the type's if none are named; `--list` in place of RESULTS prints their names.
"""

import json
import os
import sys
import time
import unittest

sys.path.insert(0, os.environ["POLYPROC_SUITE_PATH"])

from test import _test_multiprocessing  # noqa: E402

_type, _method = os.environ["POLYPROC_SUITE"].split()
_test_multiprocessing.install_tests_in_module_dict(
    globals(), _method, **({"exclude_types": True} if _type == "misc" else {"only_type": _type}))


class _Results(unittest.TestResult):
    """Writes a line when a test starts and one when it has ended."""

    def __init__(self, file):
        super().__init__()
        self._file = file

    def _write(self, test, outcome, detail=""):
        name = test.id().partition(".")[2] if isinstance(test, unittest.TestCase) else str(test)
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


def _main():
    results, *wanted = sys.argv[3:]
    tests = list(_tests(unittest.defaultTestLoader.loadTestsFromModule(sys.modules["__main__"])))
    if results == "--list":
        print("\n".join(test.id().partition(".")[2] for test in tests))
        return
    if wanted:
        tests = [test for test in tests if test.id().partition(".")[2] in wanted]
    with open(results, "a", encoding="utf-8") as file:
        unittest.TestSuite(tests).run(_Results(file))


if __name__ == "__main__":
    _main()
