#!/usr/bin/env python3
"""Compares polyproc with CPython, area by area, side by side on this machine.

    polyproc bench [options] [AREA …]
    tests-py/bench/compare.py [options] [AREA …]

For each area, CPython 3.12 (each start method) and polyproc run in turn, several rounds; printed are medians
and polyproc's speed in relation to CPython's `fork`: 2.0x is twice as fast, or half the memory. CPython is
looked for in --cpython, POLYPROC_CPYTHON, pyenv's versions and as python3.12 on the path (`none`: there shall
be none); without one polyproc's figures stand alone. polyproc runs with a daemon of its own.
"""

import argparse
import collections
import glob
import json
import os
import shutil
import signal
import statistics
import subprocess
import sys
import tempfile
import time

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, HERE)

import report
from areas import AREAS

METHODS = ("fork", "spawn", "forkserver")
EVERY_METHOD = ("start_join",)
"""Where polyproc too is measured with each start method: elsewhere it makes no difference to it."""

WORKERS = {"memory_idle": (1, 4, 16), "memory_busy": (1, 4, 16)}
TIMEOUT = 240


def find_cpython(wanted):
    """The path of a CPython 3.12, or None."""
    for name in (wanted, os.environ.get("POLYPROC_CPYTHON")):
        if name == "none":
            return None
    candidates = [wanted, os.environ.get("POLYPROC_CPYTHON"),
                  *sorted(glob.glob(os.path.expanduser("~/.pyenv/versions/3.12*/bin/python"))),
                  shutil.which("python3.12")]
    question = "import sys; print(sys.implementation.name, *sys.version_info[:2])"
    for candidate in filter(None, candidates):
        try:
            found = subprocess.run([candidate, "-I", "-c", question], capture_output=True, text=True)
        except OSError:
            continue
        if found.stdout.strip() == "cpython 3 12":
            return os.path.realpath(candidate)
    return None


def find_polyproc():
    """The path of the command: this distribution's, or that of the source tree."""
    for path in ("../../bin/polyproc", "../../polyproc"):
        path = os.path.normpath(os.path.join(HERE, path))
        if os.access(path, os.X_OK):
            return path
    raise SystemExit("compare.py: polyproc was not found")


def samples():
    """The folder of the document's examples."""
    return os.path.normpath(os.path.join(HERE, "../../samples"))


class Bench:
    """Runs programs under one Python."""

    def __init__(self, name, command, environment, seconds):
        self.name = name
        self.command = command
        self.seconds = seconds
        self._environment = environment

    def run(self, *arguments, seconds=TIMEOUT):
        """What a program prints; None if it fails or does not end, which is said."""
        process = subprocess.Popen([*self.command, *arguments], env=self._environment, text=True,
                                   stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                                   stderr=subprocess.PIPE, start_new_session=True)
        try:
            output, errors = process.communicate(timeout=seconds)
        except subprocess.TimeoutExpired:
            return self._fail(arguments, f"took more than {seconds} seconds")
        finally:
            if process.returncode is None:
                os.killpg(process.pid, signal.SIGKILL)
                process.communicate()
        if process.returncode != 0:
            return self._fail(arguments, f"exit status {process.returncode}\n{errors}")
        return output

    def _fail(self, arguments, reason):
        print(f"compare.py: {self.name}: {os.path.basename(arguments[0])} "
              f"{' '.join(arguments[1:])}: {reason}", file=sys.stderr)

    def area(self, name, method, workers):
        """The figures of an area: a dict, or None."""
        output = self.run(os.path.join(HERE, "areas.py"), name, "--method", method, "--seconds",
                          str(self.seconds), "--workers", str(workers))
        return None if output is None else json.loads(output)

    def wall(self, script):
        """How long a script takes from the shell, in seconds; None if it fails."""
        begin = time.perf_counter()
        output = self.run(script)
        return None if output is None else time.perf_counter() - begin


class Polyproc(Bench):
    """Runs programs under polyproc, with a daemon that nobody else uses."""

    def __init__(self, command, folder, seconds):
        self.folder = folder
        environment = {**os.environ, "POLYPROC_RUNTIME_DIR": folder}
        environment.pop("POLYPROC_DAEMON", None)
        super().__init__("polyproc", [command], environment, seconds)

    def start_daemon(self):
        """A daemon whose standby workers are ready."""
        self.run("daemon", "start")
        # A first program tells the daemon what kind of standbys to keep.
        self.run("-c", "import multiprocessing")
        self.settle()

    def stop_daemon(self):
        if glob.glob(os.path.join(self.folder, "*.sock")):
            self.run("daemon", "stop")
        end = time.monotonic() + 20
        while glob.glob(os.path.join(self.folder, "*.sock")) and time.monotonic() < end:
            time.sleep(0.1)

    def settle(self):
        """Waits until the daemon's workers have nothing more to prepare; they practise for a minute or two."""
        end = time.monotonic() + (0 if os.environ.get("POLYPROC_PRACTICE") == "off" else 300)
        while "practised     no" in (self.run("daemon", "status") or "") and time.monotonic() < end:
            time.sleep(5)
        end = time.monotonic() + 200
        quiet = 0
        before = self._processor_time()
        while quiet < 3 and time.monotonic() < end:
            time.sleep(1)
            now = self._processor_time()
            quiet = quiet + 1 if now - before < 0.1 else 0
            before = now

    def _processor_time(self):
        """Seconds that the processes with this daemon's folder in their environment have used."""
        total = 0
        mark = f"POLYPROC_RUNTIME_DIR={self.folder}\0".encode()
        for path in glob.glob("/proc/[0-9]*"):
            try:
                with open(path + "/environ", "rb") as file:
                    if mark not in file.read() + b"\0":
                        continue
                with open(path + "/stat", encoding="utf-8", errors="replace") as file:
                    fields = file.read().rpartition(")")[2].split()
            except OSError:
                continue  # ended meanwhile, or another user's
            total += int(fields[11]) + int(fields[12])
        return total / os.sysconf("SC_CLK_TCK")


# --- From the shell


def example_2(bench):
    return _example(bench, "2_queue.py")


def example_4(bench):
    return _example(bench, "4_manager.py")


def _example(bench, name):
    """Three times, from the shell."""
    times = []
    for _ in range(3):
        times.append(bench.wall(os.path.join(samples(), name)))
        if times[-1] is None:
            return None
        if isinstance(bench, Polyproc):
            bench.settle()
    return {"cold": times[0], "warm": statistics.median(times)}


def script_first(bench):
    """The first run of a script that computes, and its third as `script_third`."""
    if isinstance(bench, Polyproc):
        bench.stop_daemon()
        bench.start_daemon()
    times = [bench.wall(os.path.join(HERE, "cpu_script.py")) for _ in range(3)]
    if None in times:
        return None
    return {"cold": times[0], "warm": times[0], "script_third": times[2]}


SHELL = {"example_2": example_2, "example_4": example_4, "script_first": script_first}
AREAS.update((name, {"unit": "s", "better": "lower"}) for name in (*SHELL, "script_third"))


# --- All


class Results:
    """Figures of several rounds by area, Python and start method."""

    def __init__(self):
        self._figures = collections.defaultdict(list)

    def add(self, key, figures):
        self._figures[key].append(figures)

    def median(self, key, temperature="warm"):
        """The median of all rounds, or None."""
        figures = self._figures.get(key)
        return statistics.median(f[temperature] for f in figures) if figures else None

    def to_json(self):
        return [{"area": area, "python": python, "method": method, "workers": workers,
                 "rounds": rounds} for (area, python, method, workers), rounds in self._figures.items()]


def runs(wanted, benches):
    """What belongs to one round: (area, bench, method, workers), CPython and polyproc in turn."""
    for area in wanted:
        for workers in WORKERS.get(area, (1,)):
            for bench in benches:
                one = area in SHELL or (isinstance(bench, Polyproc) and area not in EVERY_METHOD)
                for method in METHODS[:1] if one else METHODS:
                    yield area, bench, method, workers


def run_round(results, wanted, benches):
    for area, bench, method, workers in runs(wanted, benches):
        figures = SHELL[area](bench) if area in SHELL else bench.area(area, method, workers)
        if figures is None:
            continue
        results.add((area, bench.name, method, workers), figures)
        if "script_third" in figures:
            third = figures["script_third"]
            results.add(("script_third", bench.name, method, workers), {"cold": third, "warm": third})
        print(f"  {area}{'' if workers == 1 else f' ({workers})'}, {bench.name} {method}: "
              f"{report.number(figures['warm'])} {AREAS[area]['unit']}", file=sys.stderr, flush=True)


def main():
    parser = argparse.ArgumentParser(prog="polyproc bench", description=__doc__.partition("\n")[0])
    parser.add_argument("areas", nargs="*", metavar="AREA",
                        help="by default all: " + ", ".join(a for a in AREAS if a != "script_third"))
    parser.add_argument("--rounds", type=int, default=3, help="by default 3")
    parser.add_argument("--seconds", type=float, default=12, metavar="S",
                        help="how long polyproc is measured in each area, by default 12: its compiler "
                        "needs time; CPython is measured for 2")
    parser.add_argument("--cpython", help="a CPython 3.12; none: polyproc alone")
    parser.add_argument("--polyproc", help="the command; by default this distribution's")
    parser.add_argument("--svg", metavar="FILE", help="write a chart")
    parser.add_argument("--json", metavar="FILE", help="write all figures")
    options = parser.parse_args()
    known = [name for name in AREAS if name != "script_third"]
    unknown = set(options.areas) - set(known)
    if unknown:
        parser.error(f"no such area: {', '.join(sorted(unknown))}")
    wanted = [name for name in known if not options.areas or name in options.areas]
    cpython = find_cpython(options.cpython)
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(128 + signal.SIGTERM))  # leaves no daemon behind
    with tempfile.TemporaryDirectory(prefix="polyproc-bench-") as folder:
        polyproc = Polyproc(options.polyproc or find_polyproc(), folder, options.seconds)
        benches = [polyproc]
        if cpython:
            benches.insert(0, Bench("CPython", [cpython], dict(os.environ), 2))
        results = Results()
        polyproc.start_daemon()
        try:
            for number in range(options.rounds):
                print(f"round {number + 1} of {options.rounds}", file=sys.stderr, flush=True)
                run_round(results, wanted, benches)
        finally:
            machine = report.machine(cpython, polyproc.run("--version"), options.rounds)
            polyproc.stop_daemon()
    rows = report.rows(results, AREAS, WORKERS)
    print(machine)
    print(report.table(rows))
    if options.svg:
        with open(options.svg, "w", encoding="utf-8") as file:
            file.write(report.chart(rows, machine))
    if options.json:
        with open(options.json, "w", encoding="utf-8") as file:
            json.dump({"machine": machine, "figures": results.to_json()}, file, indent=1)


if __name__ == "__main__":
    main()
