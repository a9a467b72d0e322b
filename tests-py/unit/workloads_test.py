"""What a standby does to warm up leaves nothing behind: all that is forked from it would have it."""

import contextlib
import gc
import glob
import multiprocessing
import os
import posix
import signal
import sys
import tempfile
import threading
import time
import types
import unittest

from _polyproc.process import environment, popen
from _polyproc.warmup import steps, workloads
from _polyproc.warmup.process_rounds import nothing_changed

while steps.step():  # as a standby has
    pass

_PATTERN = os.path.join(tempfile.gettempdir(), "polyproc-warmup-*")


def descriptors():
    return {
        number: os.readlink(f"/proc/self/fd/{number}")
        for number in os.listdir("/proc/self/fd")
        if os.path.lexists(f"/proc/self/fd/{number}")
    }


def settle(count, seconds=10):
    """What the collector closes is closed a moment later; returns whether there are no more than `count`."""
    end = time.monotonic() + seconds
    while len(descriptors()) > count and time.monotonic() < end:
        gc.collect()
        time.sleep(0.05)
    return len(descriptors()) <= count


class Workloads(unittest.TestCase):
    def run_twice(self, piece):
        context = multiprocessing.get_context("spawn")
        with nothing_changed(), piece(context) as again:
            again()
            again()

    def test_pieces_leave_nothing_behind(self):
        for piece in workloads.PIECES:
            with self.subTest(piece.__name__):
                self.run_twice(piece)  # what is made once, as the first arena of semaphores
                before, threads, folders = descriptors(), threading.enumerate(), glob.glob(_PATTERN)
                self.run_twice(piece)
                settle(len(before))
                left = {number: what for number, what in descriptors().items() if number not in before}
                self.assertLessEqual(len(descriptors()), len(before), left)
                self.assertEqual(threads, threading.enumerate())
                self.assertEqual(folders, glob.glob(_PATTERN))

    def test_environment_and_parent_are_put_back(self):
        variables, getppid = environment.raw(), os.getppid
        with nothing_changed():
            os.environ["POLYPROC_TEST_ADDED"] = "1"
            os.environ["HOME"] = "/somewhere/else"
            del os.environ["PATH"]
            os.getppid = posix.getppid = int
        self.assertEqual(variables, environment.raw())
        self.assertEqual(variables[b"PATH"].decode(), os.environ["PATH"])
        self.assertIs(getppid, os.getppid)
        self.assertIs(getppid, posix.getppid)

    def test_pieces_change_nothing(self):
        process, counter = multiprocessing.current_process(), repr(multiprocessing.process._process_counter)
        registry = dict(multiprocessing.util._finalizer_registry)
        for piece in workloads.PIECES:
            self.run_twice(piece)  # what is imported once
        interpreter = self.interpreter()
        for piece in workloads.PIECES:
            self.run_twice(piece)
        self.assertIs(process, multiprocessing.current_process())
        self.assertEqual(counter, repr(multiprocessing.process._process_counter))
        self.assertEqual(registry, multiprocessing.util._finalizer_registry)
        self.assertEqual([], multiprocessing.active_children())
        self.assertEqual(interpreter, self.interpreter())

    @staticmethod
    def interpreter():
        """What a program changes of its interpreter and its process when it begins."""
        return {
            "modules": set(sys.modules),
            "path": list(sys.path),
            "importers": set(sys.path_importer_cache),
            "arguments": (list(sys.argv), list(sys.orig_argv)),
            "main": set(vars(sys.modules["__main__"])),
            "surroundings": popen.surroundings(()),
            "handlers": {number: signal.getsignal(number) for number in (signal.SIGINT, signal.SIGTERM)},
        }

    def test_programs_run(self):
        ran = []
        self.addCleanup(setattr, workloads.main, "run", workloads.main.run)
        run = workloads.main.run
        workloads.main.run = lambda *arguments: ran.append(run(*arguments)) or ran[-1]
        self.run_twice(workloads._programs)
        self.assertEqual([0, 0], ran)

    def test_a_program_that_fails_is_noticed(self):
        self.addCleanup(setattr, workloads.main, "run", workloads.main.run)
        workloads.main.run = lambda *arguments: 1
        with self.assertRaisesRegex(AssertionError, "program of a warm-up"):
            self.run_twice(workloads._programs)

    def test_what_is_called_after_the_last_collection(self):
        collected = []
        self.addCleanup(setattr, workloads, "gc", workloads.gc)
        workloads.gc = types.SimpleNamespace(collect=lambda: collected.append(piece))
        for piece in workloads.PIECES:
            self.run_twice(piece)
        self.assertEqual([workloads.PIECES[0]], collected)

    def test_a_brief_step_does_little(self):
        calls = []

        @contextlib.contextmanager
        def piece(context):
            yield lambda: calls.append(context)

        self.addCleanup(setattr, workloads, "_plan", workloads._plan)
        workloads._plan = iter([piece, piece, None])
        self.assertTrue(workloads.step(True))
        self.assertEqual(2, len(calls))
        self.assertTrue(workloads.step())
        self.assertGreater(len(calls), 10)
        self.assertFalse(workloads.step())

    def test_steps_come_to_an_end(self):
        self.addCleanup(setattr, workloads, "_STEP_SECONDS", workloads._STEP_SECONDS)
        workloads._STEP_SECONDS = 0.0
        count = 0
        while workloads.step():
            count += 1
        self.assertEqual(count, workloads._STEPS * len(workloads.PIECES))
        for briefly in (False, True):
            count = 0
            while workloads.step(briefly):
                count += 1
            self.assertEqual(count, len(workloads.PIECES))


if __name__ == "__main__":
    unittest.main()
