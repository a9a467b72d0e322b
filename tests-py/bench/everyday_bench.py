"""Measures everyday programs, whole commands from the shell, under CPython and in each mode of polyproc.

A program is run three times, from a folder of its own. The first and the third run are timed, and the second is
watched for its memory, which would disturb the time. What it prints must be the same under every Python.
"""

import os
import shutil
import sys
import tempfile
from dataclasses import dataclass, field

from commands import Polyproc
from everyday_report import CPYTHON, Measurement
from report import number

FOLDER = os.path.join(os.path.dirname(os.path.abspath(__file__)), "everyday")

LENGTHS = (0.1, 0.3, 1, 3, 10)
"""For about how many seconds the programs run under CPython 3.12, on two cores."""

SIZES = {
    "text_statistics": (170, 900, 3800, 12000, 40000),
    "log_parsing": (4300, 25000, 95000, 300000, 1000000),
    "json_transformation": (1100, 5000, 17000, 53000, 180000),
    "nbody": (2200, 9100, 30000, 100000, 340000),
    "sudoku": (49, 230, 750, 2400, 8000),
    "mandelbrot": (300, 1400, 4700, 15000, 50000),
    "csv_aggregation": (8200, 57000, 230000, 720000, 2400000),
    "pipeline": (4500, 20000, 70000, 220000, 740000),
    "primes": (39000, 120000, 310000, 800000, 2200000),
    "matrix": (45, 190, 700, 2200, 7400),
}
"""The argument of each program for each of the lengths. The report relies on measured seconds, not on these."""


@dataclass(frozen=True)
class Mode:
    """A way to run polyproc: `settings` are environment variables, `prepare` commands that come before all programs."""

    name: str
    title: str
    settings: dict = field(default_factory=dict)
    prepare: tuple = ()


MODES = (
    Mode("warmed", "warmed image", {"POLYPROC_IMAGE": "kept"}, (("warm",),)),
    Mode("first", "first image", {"POLYPROC_IMAGE": "kept"}, (("warm", "--quick"),)),
    Mode("none", "no image", {"POLYPROC_IMAGE": "off"}),
)
PREPARATION = 1800
"""Seconds that one of the commands in `prepare` may take."""


def own_mode(text):
    """A mode from the command line: "NAME VARIABLE=VALUE …". Raises `ValueError`."""
    name, *settings = text.split()
    if not all("=" in setting for setting in settings):
        raise ValueError(text)
    return Mode(name, name, dict(setting.split("=", 1) for setting in settings))


def chosen(text, known, convert=str):
    """The items of a list separated by commas, all of which must be known; None: all. Raises `ValueError`."""
    if text is None:
        return list(known)
    items = [convert(item) for item in text.split(",")]
    unknown = [item for item in items if item not in known]
    if unknown:
        raise ValueError(f"unknown: {', '.join(map(str, unknown))}; there are {', '.join(map(str, known))}")
    return [item for item in known if item in items]


class EverydayBench:
    """The benches of all modes, and what they found. A context: at its end no folder is left."""

    def __init__(self, cpython, command, modes):
        """cpython: a `Bench`, or None; command: that of polyproc."""
        self.measurements = []
        self.failures = []
        """Lines that tell which program failed, or printed something else."""
        self._folder = tempfile.TemporaryDirectory(prefix="polyproc-bench-")
        self.modes = modes
        self._benches = {CPYTHON: cpython} if cpython else {}
        self._polyprocs = {mode.name: self._polyproc(command, mode) for mode in modes}
        self._benches.update(self._polyprocs)

    def _polyproc(self, command, mode):
        """With images of its own where it has commands that make one."""
        settings = {"POLYPROC_CACHE": os.path.join(self._folder.name, mode.name)} if mode.prepare else {}
        return Polyproc(command, name=mode.name, settings={**settings, **mode.settings})

    def __enter__(self):
        for mode in self.modes:
            for arguments in mode.prepare:
                print(f"  {mode.title}: {' '.join(arguments)}", file=sys.stderr, flush=True)
                self._polyprocs[mode.name].run(*arguments, seconds=PREPARATION)
        return self

    def __exit__(self, *exception):
        self._folder.cleanup()

    def run_round(self, programs, lengths):
        """Each program at each length under every Python in turn."""
        for program in programs:
            for length in lengths:
                self._compare(program, length)

    def _compare(self, program, length):
        expected = None
        for name, bench in self._benches.items():
            seconds, memory, outputs = self._three_runs(bench, program, length)
            if None in outputs:
                self.failures.append(f"{program}, {length} s: {name} failed")
                continue
            expected = expected or outputs[0]
            if any(output != expected for output in outputs):
                self.failures.append(f"{program}, {length} s: {name} printed something else")
                continue
            self.measurements.append(Measurement(program, length, name, seconds[0], seconds[1], memory))
            print(
                f"  {program} {length} s, {name}: {number(seconds[0])} s, third run {number(seconds[1])} s, "
                f"{number(memory)} MB",
                file=sys.stderr,
                flush=True,
            )

    def _three_runs(self, bench, program, length):
        """The seconds of the first and the third run, the memory of the second, and what each printed."""
        size = str(SIZES[program][LENGTHS.index(length)])
        with tempfile.TemporaryDirectory(dir=self._folder.name) as folder:
            script = shutil.copy(os.path.join(FOLDER, program + ".py"), folder)
            first, seconds_first = bench.timed(script, size)
            if first is None:
                return (None, None), None, (None,)
            second, memory = bench.peak_memory(script, size)
            third, seconds_third = bench.timed(script, size)
        return (seconds_first, seconds_third), memory, (first, second, third)
