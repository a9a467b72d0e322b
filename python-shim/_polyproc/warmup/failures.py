"""What a program does when something goes wrong, and what shows it: tracebacks, logs, tests, errors of a command line.

Much of it is called once in a process, where most of its time is the first use: classes are loaded and linked, and each
place in the code meets its first values. As in `_polyproc.warmup.everyday`, each piece is short and leaves nothing behind.
"""

import argparse
import contextlib
import io
import linecache
import logging
import os
import pickle
import tempfile
import traceback
import unittest
import warnings
from multiprocessing import pool

from _polyproc.boot import lifecycle

_PROGRAM = """\
import json

class Account:
    def __init__(self, owner, balance=0):
        self.owner, self.balance = owner, balance

    def withdraw(self, amount):
        if amount > self.balance:
            raise ValueError(f"{self.owner} has {self.balance} and not {amount}")

def divides(numbers):
    return [number / (number - 2) + 1 for number in numbers]

def misses(record):
    return record["name"] + record["none"]["deeper"]

def chains(text):
    try:
        return int(text) + len(text)
    except ValueError as e:
        raise RuntimeError("no number") from e

def happens_while_another(record):
    try:
        return misses(record)
    except KeyError:
        return record.none.deeper(1, key=2)

def goes_deep(depth):
    return goes_deep(depth - 1) if depth else json.loads("{no json")

def notes():
    e = TypeError("with a note", 1)
    e.add_note("the note")
    raise e

def several():
    raise ExceptionGroup("several", [ValueError("one"), KeyError("two")])

CALLS = (
    lambda: Account("somebody").withdraw(amount=12),
    lambda: divides(range(4)),
    lambda: misses({"name": "a"}),
    lambda: chains("twelve"),
    lambda: happens_while_another({"name": "a"}),
    lambda: goes_deep(6),
    notes,
    several,
    lambda: undefined_name,
    lambda: "a" + 1,
    lambda: None.attribute,
    lambda: open("/none/such"),
    lambda: (1).real(),
    lambda: [][3],
    lambda: compile("x = = 1", "text", "exec"),
)
"""


def _tracebacks():
    with tempfile.TemporaryDirectory(prefix="polyproc-warmup-") as folder:
        path = os.path.join(folder, "program.py")
        with open(path, "w", encoding="utf-8") as file:
            file.write(_PROGRAM)
        namespace = {"__name__": "program"}
        exec(compile(_PROGRAM, path, "exec"), namespace)
        try:
            return [_shown(call) for call in namespace["CALLS"]]
        finally:
            linecache.cache.pop(path, None)


def _shown(call):
    """What a program, a worker of a pool and a process show of an error."""
    try:
        call()
    except Exception as e:
        out = io.StringIO()
        traceback.print_exc(file=out)
        with contextlib.redirect_stderr(out):
            lifecycle.show(e)
        try:
            remote = pickle.loads(pickle.dumps(pool.ExceptionWithTraceback(e, e.__traceback__)))
            traceback.print_exception(remote, file=out)
        except (TypeError, AttributeError, pickle.PicklingError):
            pass  # not every exception can be sent
        frames = traceback.extract_tb(e.__traceback__)
        return out.getvalue(), [frame.line for frame in frames], traceback.format_stack()
    raise AssertionError("a call that was to fail has not")


def _logs():
    out = io.StringIO()
    handler = logging.StreamHandler(out)
    handler.setFormatter(logging.Formatter("%(asctime)s %(levelname)s %(name)s %(process)d: %(message)s"))
    log = logging.Logger("warmup", logging.INFO)
    log.addHandler(handler)
    try:
        log.debug("not shown")
        log.info("started with %d of %s", 3, "things")
        log.warning("%(what)s is slow", {"what": "it"})
        try:
            {}["missing"]
        except KeyError:
            log.exception("failed")
        log.error("stack", stack_info=True)
    finally:
        handler.close()
    return out.getvalue()


class _Tests(unittest.TestCase):
    def setUp(self):
        self.values = [1, 2, 3]

    def test_passes(self):
        self.assertEqual([1, 2, 3], self.values)
        self.assertTrue(self.values)
        with self.assertRaises(ZeroDivisionError):
            1 / (self.values[0] - 1)

    def test_fails(self):
        self.assertEqual([1, 3, 3], self.values)

    def test_differs(self):
        self.assertEqual({"a": 1, "text": "one\ntwo"}, {"a": 2, "text": "one\nthree"})

    def test_has_an_error(self):
        self.values["key"]

    def test_is_skipped(self):
        self.skipTest("not here")


def _tests():
    out = io.StringIO()
    suite = unittest.defaultTestLoader.loadTestsFromTestCase(_Tests)
    result = unittest.TextTestRunner(out, verbosity=2).run(suite)
    return result.wasSuccessful(), len(result.failures), out.getvalue()


def _command_lines():
    parser = argparse.ArgumentParser("program", description="Does something with files.")
    parser.add_argument("files", nargs="*", help="what to read")
    parser.add_argument("-n", "--number", type=int, default=3, metavar="N", help="how many (%(default)s)")
    parser.add_argument("--verbose", action="store_true")
    parser.add_argument("--mode", choices=["fast", "slow"], required=False)
    found = [parser.parse_args(["-n", "4", "--verbose", "a", "b"]), parser.parse_args([]), parser.format_help()]
    for wrong in (["--number", "x"], ["--mode", "other"], ["--unknown"], ["-h"]):
        out = io.StringIO()
        with contextlib.redirect_stderr(out), contextlib.redirect_stdout(out), contextlib.suppress(SystemExit):
            parser.parse_args(wrong)
        found.append(out.getvalue())
    return found


def _warnings():
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        warnings.warn("old", DeprecationWarning, stacklevel=1)
    return [warnings.formatwarning(w.message, w.category, w.filename, w.lineno) for w in caught]


PIECES = _tracebacks, _logs, _tests, _command_lines, _warnings
"""All that is to be done."""
