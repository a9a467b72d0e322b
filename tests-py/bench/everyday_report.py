"""What `everyday_bench.py` found, as tables, as bars of the chart, and in README."""

import math
import statistics
from dataclasses import dataclass

from report import number

CPYTHON = "CPython"
RUNS = {"first": "1st run", "third": "3rd run"}
README_LENGTHS = 0.1, 1, 10
BEGIN, END = "<!-- everyday benchmark -->", "<!-- end of the everyday benchmark -->"


@dataclass(frozen=True)
class Measurement:
    """What three runs of a program took in one mode: seconds of the first and the third, MB of the second."""

    program: str
    length: float
    mode: str
    first: float
    third: float
    memory: float


@dataclass(frozen=True)
class Bar:
    """A bar of the chart; speed: how many times as fast as CPython."""

    title: str
    speed: float
    label: str


class Figures:
    """Medians over the rounds; None where nothing was measured."""

    def __init__(self, measurements):
        self._found = {}
        for one in measurements:
            self._found.setdefault((one.program, one.length, one.mode), []).append(one)
        self.programs = list(dict.fromkeys(program for program, _, _ in self._found))
        self.lengths = sorted({length for _, length, _ in self._found})

    def median(self, program, length, mode, attribute):
        """Of `first`, `third` or `memory`."""
        found = self._found.get((program, length, mode))
        return statistics.median(getattr(one, attribute) for one in found) if found else None

    def cpython(self, program, length):
        """CPython's seconds: it makes no difference to it which run it is."""
        found = self._found.get((program, length, CPYTHON))
        return statistics.median(seconds for one in found for seconds in (one.first, one.third)) if found else None

    def ratio(self, program, length, mode, run):
        """polyproc's seconds, divided by CPython's."""
        ours, theirs = self.median(program, length, mode, run), self.cpython(program, length)
        return ours / theirs if ours and theirs else None

    def ratios(self, length, mode, run):
        """Those of all programs."""
        found = (self.ratio(program, length, mode, run) for program in self.programs)
        return [ratio for ratio in found if ratio]

    def crossover(self, program, mode, run):
        """As the function `crossover`; NaN where nothing was measured."""
        points = [
            (self.cpython(program, length), ratio)
            for length in self.lengths
            if (ratio := self.ratio(program, length, mode, run))
        ]
        return crossover(points) if points else math.nan


def crossover(points):
    """From how many seconds of CPython on polyproc is not slower.

    points: pairs of CPython's seconds and polyproc's time in relation to it. The answer is 0 if polyproc is slower
    nowhere, infinite if it is at the longest, else interpolated on logarithmic scales.
    """
    points = sorted(points)
    slower = [index for index, (_, ratio) in enumerate(points) if ratio > 1]
    if not slower:
        return 0.0
    if slower[-1] == len(points) - 1:
        return math.inf
    (t0, r0), (t1, r1) = points[slower[-1] : slower[-1] + 2]
    share = math.log(r0) / (math.log(r0) - math.log(r1))
    return t0 * (t1 / t0) ** share


def by_length(figures, modes, lengths):
    """The table of README: how many times CPython's time a program takes, by its length."""
    lines = _header(["polyproc's time : CPython's", *(f"script of {length:g} s" for length in lengths)])
    for mode in modes:
        for run, title in RUNS.items():
            lines.append(
                _row(f"{mode.title}, {title}", *(_spread(figures.ratios(length, mode.name, run)) for length in lengths))
            )
    return "\n".join(lines)


def _spread(ratios):
    """The median, and the least and the greatest."""
    if not ratios:
        return "–"
    return f"**{number(statistics.median(ratios))}** ({number(min(ratios))}–{number(max(ratios))})"


def crossovers(figures, modes):
    """A table: from how many seconds of CPython on each program is not slower."""
    lines = _header(
        ["not slower from … s of CPython", *(f"{mode.title}, {title}" for mode in modes for title in RUNS.values())]
    )
    for program in figures.programs:
        lines.append(
            _row(
                program,
                *(_seconds(figures.crossover(program, mode.name, run), figures.lengths) for mode in modes for run in RUNS),
            )
        )
    return "\n".join(lines)


def _seconds(value, lengths):
    if math.isnan(value):
        return "–"
    if value == 0:
        return f"below {lengths[0]:g}"
    return f"above {lengths[-1]:g}" if math.isinf(value) else number(value)


def by_program(figures, mode):
    """A table of one mode: each program at each length."""
    lines = _header([mode.title, "s", "CPython s", "1st run s", "ratio", "3rd run s", "ratio", "CPython MB", "MB"])
    for program in figures.programs:
        for length in figures.lengths:
            cells = [figures.cpython(program, length)]
            for run in RUNS:
                cells.append(figures.median(program, length, mode.name, run))
                cells.append(figures.ratio(program, length, mode.name, run))
            cells += [figures.median(program, length, name, "memory") for name in (CPYTHON, mode.name)]
            lines.append(_row(program, f"{length:g}", *map(number, cells)))
    return "\n".join(lines)


def _header(cells):
    return [_row(*cells), "|---|" + "--:|" * (len(cells) - 1)]


def _row(*cells):
    return "| " + " | ".join(cells) + " |"


def text(figures, modes):
    """All tables, the one by length first."""
    parts = [by_length(figures, modes, figures.lengths), crossovers(figures, modes)]
    parts += [by_program(figures, mode) for mode in modes]
    return "\n\n".join(parts)


def bars(figures, modes):
    """The chart's: the median of all programs, for each mode and length."""
    found = []
    for mode in modes:
        for length in figures.lengths:
            first, third = (figures.ratios(length, mode.name, run) for run in RUNS)
            if first:
                speed, later = 1 / statistics.median(first), 1 / statistics.median(third)
                found.append(
                    Bar(f"programs of {length:g} s, {mode.title}", speed, f"{number(speed)}x · 3rd run {number(later)}x")
                )
    return found


def update(path, figures, modes):
    """Puts the table by length into the file's marked place."""
    with open(path, encoding="utf-8") as file:
        document = updated(file.read(), by_length(figures, modes, README_LENGTHS))
    with open(path, "w", encoding="utf-8") as file:
        file.write(document)


def updated(document, table):
    """The document with the table in the place that is marked. Raises `ValueError` if there is none."""
    before, begin, rest = document.partition(BEGIN)
    _, end, after = rest.partition(END)
    if not end:
        raise ValueError(f"no line {BEGIN}, or none {END}")
    return f"{before}{begin}\n\n{table}\n\n{end}{after}"
