#!/usr/bin/env python3
"""Compares polyproc with CPython, side by side on this machine: everyday programs, and area by area.

    polyproc bench [options] [AREA …]
    tests-py/bench/compare.py [options] [AREA …]

The area `everyday`, which comes first, runs whole programs from the shell in each mode of polyproc
(`everyday_bench.py`). For each other area, CPython 3.12 (each start method) and polyproc run in turn, several
rounds; printed are medians and polyproc's speed in relation to CPython's `fork`: 2.0x is twice as fast, or
half the memory. CPython is looked for in --cpython, POLYPROC_CPYTHON, pyenv's versions and as python3.12 on
the path (`none`: there shall be none); without one polyproc's figures stand alone.
"""

import argparse
import collections
import json
import os
import signal
import statistics
import sys

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, HERE)

import everyday_report
import report
from areas import AREAS
from commands import Bench, Polyproc, find_cpython, find_polyproc
from everyday_bench import LENGTHS, MODES, SIZES, EverydayBench, chosen, own_mode

EVERYDAY = "everyday"
METHODS = ("fork", "spawn", "forkserver")
EVERY_METHOD = ("start_join",)
"""Where polyproc too is measured with each start method: elsewhere it makes no difference to it."""

WORKERS = {"memory_idle": (1, 4, 16), "memory_busy": (1, 4, 16)}


def samples():
    """The folder of the document's examples."""
    return os.path.normpath(os.path.join(HERE, "../../samples"))


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
    return {"cold": times[0], "warm": statistics.median(times)}


def script_first(bench):
    """The first run of a script that computes, and its third as `script_third`."""
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
        return [
            {"area": area, "python": python, "method": method, "workers": workers, "rounds": rounds}
            for (area, python, method, workers), rounds in self._figures.items()
        ]


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
        print(
            f"  {area}{'' if workers == 1 else f' ({workers})'}, {bench.name} {method}: "
            f"{report.number(figures['warm'])} {AREAS[area]['unit']}",
            file=sys.stderr,
            flush=True,
        )


def measure_areas(wanted, cpython, command, options):
    """The results of the areas."""
    results = Results()
    polyproc = Polyproc(command, options.seconds)
    benches = [cpython, polyproc] if cpython else [polyproc]
    for number in range(options.rounds):
        print(f"round {number + 1} of {options.rounds}", file=sys.stderr, flush=True)
        run_round(results, wanted, benches)
    return results


def measure_everyday(cpython, command, options):
    """The bench of the everyday programs when it has run."""
    modes = options.modes + options.mode
    with EverydayBench(cpython, command, modes) as bench:
        for number in range(options.rounds):
            print(f"everyday programs, round {number + 1} of {options.rounds}", file=sys.stderr, flush=True)
            bench.run_round(options.programs, options.lengths)
    return bench


def parse(arguments=None):
    known = [EVERYDAY, *(name for name in AREAS if name != "script_third")]
    parser = argparse.ArgumentParser(prog="polyproc bench", description=__doc__.partition("\n")[0])
    parser.add_argument("areas", nargs="*", metavar="AREA", help="by default all: " + ", ".join(known))
    parser.add_argument("--rounds", type=int, default=3, help="by default 3")
    parser.add_argument(
        "--seconds",
        type=float,
        default=12,
        metavar="S",
        help="how long polyproc is measured in each area but everyday, by default 12: its "
        "compiler needs time; CPython is measured for 2",
    )
    parser.add_argument("--cpython", help="a CPython 3.12; none: polyproc alone")
    parser.add_argument("--polyproc", help="the command; by default this distribution's")
    parser.add_argument("--svg", metavar="FILE", help="write a chart")
    parser.add_argument("--json", metavar="FILE", help="write all figures")
    everyday = parser.add_argument_group("everyday programs")
    names = [mode.name for mode in MODES]
    everyday.add_argument("--programs", metavar="NAME,…", help=f"by default all: {', '.join(SIZES)}")
    everyday.add_argument(
        "--lengths", metavar="S,…", help="seconds of CPython, by default all: " + ", ".join(map(str, LENGTHS))
    )
    everyday.add_argument("--modes", metavar="NAME,…", help=f"by default all: {', '.join(names)}")
    everyday.add_argument(
        "--mode", action="append", default=[], metavar="'NAME VARIABLE=VALUE …'", help="another mode, by polyproc's settings"
    )
    everyday.add_argument("--update", metavar="FILE", help="put the table by length into a document that has its place")
    options = parser.parse_args(arguments)
    unknown = set(options.areas) - set(known)
    if unknown:
        parser.error(f"no such area: {', '.join(sorted(unknown))}")
    options.areas = [name for name in known if not options.areas or name in options.areas]
    try:
        options.programs = chosen(options.programs, SIZES)
        options.lengths = chosen(options.lengths, LENGTHS, float)
        wanted = chosen(options.modes, names)
        options.mode = [own_mode(mode) for mode in options.mode]
    except ValueError as e:
        parser.error(str(e))
    options.modes = [mode for mode in MODES if mode.name in wanted]
    return options


def main():
    options = parse()
    path = find_cpython(options.cpython)
    cpython = Bench("CPython", [path], dict(os.environ), 2) if path else None
    command = options.polyproc or find_polyproc()
    machine = report.machine(path, Bench("polyproc", [command], dict(os.environ), 0).run("--version"), options.rounds)
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(128 + signal.SIGTERM))  # ends the program that runs
    print(machine, flush=True)
    bars, figures, failures = [], {"machine": machine}, []
    if EVERYDAY in options.areas:
        bench = measure_everyday(cpython, command, options)
        failures = bench.failures
        everyday = everyday_report.Figures(bench.measurements)
        print(everyday_report.text(everyday, bench.modes), flush=True)
        bars += everyday_report.bars(everyday, bench.modes)
        figures["everyday"] = [vars(one) for one in bench.measurements]
        if options.update:
            everyday_report.update(options.update, everyday, bench.modes)
    areas = [name for name in options.areas if name != EVERYDAY]
    if areas:
        results = measure_areas(areas, cpython, command, options)
        rows = report.rows(results, AREAS, WORKERS)
        print(report.table(rows))
        bars += rows
        figures["figures"] = results.to_json()
    if options.svg:
        with open(options.svg, "w", encoding="utf-8") as file:
            file.write(report.chart(bars, machine))
    if options.json:
        with open(options.json, "w", encoding="utf-8") as file:
            json.dump(figures, file, indent=1)
    if failures:
        sys.exit("\n".join(failures))


if __name__ == "__main__":
    main()
