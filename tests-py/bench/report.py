"""What `compare.py` found, as a table and as a chart."""

import html
import math
import os
import platform
import subprocess
import time
from dataclasses import dataclass

TITLES = {
    "start_join": "Process start + join",
    "pipe_round_trip": "pipe, round trip of a small list",
    "queue_small": "Queue, small items, 1 producer, 1 consumer",
    "pipe_bulk": "pipe, objects of 1 MiB",
    "queue_bulk": "Queue, objects of 1 MiB",
    "lock_alone": "with lock: value += 1, alone",
    "lock_two": "the same 100,000 times by two processes",
    "value_with_lock": "with v.get_lock(): v.value += 1",
    "array_item": "array[i] += 1.5",
    "manager_dict": "manager dict, one operation",
    "pool_small": "pool.map, chunk size 1, abs",
    "pool_computing": "pool.map, pure Python that computes",
    "memory_idle": "memory of a process that waits",
    "memory_busy": "memory of a process that has worked",
    "example_2": "example 2 from the shell",
    "example_4": "example 4 from the shell (11 processes)",
    "script_first": "script that computes, from the shell: 1st run",
    "script_third": "the same: 3rd run",
}
METHODS = ("fork", "spawn", "forkserver")
_FASTER, _SLOWER, _INK, _LINES = "#2a9d8f", "#e76f51", "#808080", "#80808055"


@dataclass(frozen=True)
class Row:
    """One area: the medians, or None where there is none."""

    title: str
    unit: str
    better: str
    cpython: dict
    polyproc: dict
    cold: float | None

    @property
    def label(self):
        """What stands beside the bar."""
        return f"{number(self.speed)}x · {number(self.polyproc['fork'])} {self.unit}"

    @property
    def speed(self):
        """How many times as fast as CPython's `fork` polyproc's is; of memory: how many times as small."""
        theirs, ours = self.cpython["fork"], self.polyproc["fork"]
        if not theirs or not ours:
            return None
        return ours / theirs if self.better == "higher" else theirs / ours


def rows(results, areas, workers):
    """The rows for what was measured."""
    found = []
    for area, title in TITLES.items():
        for count in workers.get(area, (1,)):
            cpython, polyproc = (
                {method: results.median((area, python, method, count)) for method in METHODS}
                for python in ("CPython", "polyproc")
            )
            if any(polyproc.values()) or any(cpython.values()):
                suffix = f" ({count} of them)" if area in workers else ""
                found.append(
                    Row(
                        title + suffix,
                        areas[area]["unit"],
                        areas[area]["better"],
                        cpython,
                        polyproc,
                        results.median((area, "polyproc", "fork", count), "cold"),
                    )
                )
    return found


def number(value):
    """A figure with three digits that count."""
    if value is None:
        return ""
    if value >= 100:
        return f"{value:.0f}"
    return f"{value:.3g}" if value >= 0.01 else f"{value:.1g}"


def table(found):
    """A table of Markdown."""
    lines = [
        "| | unit | CPython fork | spawn | forkserver | polyproc fork | spawn | forkserver | cold | polyproc : CPython |",
        "|---|---|--:|--:|--:|--:|--:|--:|--:|--:|",
    ]
    for row in found:
        cells = [
            row.title,
            row.unit,
            *(number(row.cpython[method]) for method in METHODS),
            *(number(row.polyproc[method]) for method in METHODS),
            number(row.cold),
            "" if row.speed is None else f"{number(row.speed)}x",
        ]
        lines.append("| " + " | ".join(cells) + " |")
    return "\n".join(lines)


def machine(cpython, version, rounds):
    """One line on where and with what was measured."""
    parts = [f"{os.cpu_count()} cores", *_processor(), f"{_memory()} GB", f"Linux {platform.release()}"]
    if cpython:
        found = subprocess.run([cpython, "--version"], capture_output=True, text=True)
        parts.append("C" + found.stdout.strip())
    parts += [(version or "polyproc").strip(), time.strftime("%Y-%m-%d"), f"medians of {rounds} rounds"]
    return ", ".join(parts)


def _processor():
    with open("/proc/cpuinfo", encoding="utf-8") as file:
        names = [line.partition(":")[2].strip() for line in file if line.startswith("model name")]
    return names[:1]


def _memory():
    return round(os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 1e9)


# --- The chart: a bar for each area, to the right where polyproc is faster; each line is a factor of 10.

_LABELS, _LINE, _TOP = 310, 22, 58
_DECADES, _DECADE = 2, 105
_FIGURE = 125
_MIDDLE = _LABELS + _FIGURE + _DECADES * _DECADE
_WIDTH = _MIDDLE + _DECADES * _DECADE + _FIGURE


def chart(found, machine_text):
    """An SVG image. found: rows, or others with a title, a speed and a label; those without speed are left out."""
    found = [row for row in found if row.speed]
    height = _TOP + _LINE * len(found) + 34
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{_WIDTH}" height="{height}" '
        f'viewBox="0 0 {_WIDTH} {height}" font-family="sans-serif" font-size="12" fill="{_INK}">',
        _text(8, 20, "polyproc in relation to CPython 3.12, start method fork", size=15),
        _text(_MIDDLE - 8, 46, "slower, larger", "end"),
        _text(_MIDDLE + 8, 46, "faster, smaller"),
    ]
    for decade in range(-_DECADES, _DECADES + 1):
        x = _MIDDLE + decade * _DECADE
        parts.append(
            f'<line x1="{x}" x2="{x}" y1="{_TOP - 4}" y2="{height - 30}" stroke="{_LINES}" '
            f'stroke-width="{2 if decade == 0 else 1}"/>'
        )
    for index, row in enumerate(found):
        parts.extend(_bar(row, _TOP + index * _LINE))
    parts.append(_text(8, height - 8, machine_text, size=10))
    return "\n".join([*parts, "</svg>", ""])


def _bar(row, y):
    length = max(-_DECADES, min(_DECADES, math.log10(row.speed))) * _DECADE
    end = _MIDDLE + length
    ahead = length >= 0
    return (
        _text(_LABELS, y + 13, row.title, "end"),
        f'<rect x="{min(end, _MIDDLE):.1f}" y="{y + 3}" width="{max(abs(length), 1):.1f}" '
        f'height="{_LINE - 8}" fill="{_FASTER if ahead else _SLOWER}"/>',
        _text(end + (5 if ahead else -5), y + 13, row.label, "start" if ahead else "end", 10),
    )


def _text(x, y, text, anchor="start", size=12):
    return f'<text x="{x:.1f}" y="{y}" text-anchor="{anchor}" font-size="{size}">{html.escape(text)}</text>'
