"""A round starts and runs a process within this one, and leaves this one as it was."""

import multiprocessing
import os
import posix
import signal
import sys
import tempfile
import unittest

import workloads_test  # which warms up, as a standby has

from _polyproc.process import descriptors, environment, popen
from _polyproc.warmup import process_rounds


class FakeSupervisor:
    """Stands for Java's `ProcessRound`: keeps what was to start until it is asked for it."""

    def __init__(self):
        self.started = []
        self.ended = 0
        self.payloads = []

    def call(self, method, *arguments):
        """Takes `descriptors.call`'s place."""
        if method != "startProcess":
            raise AssertionError(method)
        title, daemonic, payload, fds = arguments
        self.payloads.append(payload)
        with tempfile.TemporaryFile(buffering=0) as file:
            file.write(payload)
            file.seek(0)
            self.started.append([*map(os.dup, (file.fileno(), *fds[3:]))])
        return Child()

    def takeStarted(self):
        return self.started.pop()

    def parentPid(self):
        return os.getpid()

    def end(self):
        self.ended += 1


class Child:
    def __init__(self):
        self.ends = os.pipe()

    def pid(self):
        return os.getpid()

    def sentinel(self):
        return self.ends[0]

    def waitFor(self, seconds):
        return 0

    def lastLines(self):
        return ""

    def close(self):
        for end in self.ends:
            os.close(end)


class ProcessRounds(unittest.TestCase):
    def setUp(self):
        self.addCleanup(sys.argv.__setitem__, slice(None), list(sys.argv))
        sys.argv.clear()  # a standby has none

    def run_rounds(self, *numbers):
        supervisor = FakeSupervisor()
        self.addCleanup(setattr, descriptors, "call", descriptors.call)
        descriptors.call = supervisor.call
        for number in numbers:
            process_rounds.run(supervisor, number)
        return supervisor

    @staticmethod
    def state():
        main = sys.modules["__main__"]
        return {
            "main": (main, dict(vars(main))),
            "modules": dict(sys.modules),
            "path": list(sys.path),
            "arguments": list(sys.argv),
            "surroundings": popen.surroundings(()),
            "environment": environment.raw(),
            "parent": (os.getppid, posix.getppid),
            "process": (multiprocessing.current_process(), multiprocessing.active_children()),
            "finalizers": dict(multiprocessing.util._finalizer_registry),
            "handlers": {number: signal.getsignal(number) for number in (signal.SIGINT, signal.SIGTERM)},
        }

    def test_both_methods_are_run(self):
        forks = []
        self.addCleanup(setattr, os, "fork", os.fork)
        os.fork = lambda fork=os.fork: forks.append(fork()) or forks[-1]
        supervisor = self.run_rounds(0, 1, 2, 3)
        self.assertEqual(2, supervisor.ended)
        self.assertEqual(["spawn"] * 2, [self.method(payload) for payload in supervisor.payloads])
        self.assertEqual(2, len(forks))

    @staticmethod
    def method(payload):
        import pickle

        return pickle.loads(payload)[0]

    def test_all_is_put_back(self):
        self.run_rounds(0, 1)  # what is imported and made once
        before, fds = self.state(), workloads_test.descriptors()
        self.run_rounds(0, 1, 2, 3)
        self.assertEqual(before, self.state())
        workloads_test.settle(len(fds))
        self.assertLessEqual(len(workloads_test.descriptors()), len(fds), (fds, workloads_test.descriptors()))

    def test_a_process_that_fails_is_noticed(self):
        self.addCleanup(setattr, process_rounds, "_part", process_rounds._part)
        process_rounds._part = len  # called with three arguments
        before = self.state()
        for number in 0, 1:
            with self.assertRaisesRegex(AssertionError, "status 1"):
                self.run_rounds(number)
        self.assertEqual(before, self.state())


if __name__ == "__main__":
    unittest.main()
