#!/usr/bin/env python3
"""Measures forks: what a process costs, in milliseconds, under polyproc and CPython in turn.

    tests-py/bench/forks.py [--polyproc COMMAND] [--cpython COMMAND] [--rounds N]

start and join     of `Process(target=f)` under `fork`, in a program that has started others before
first start        the same of a program's first process
os.fork            until parent and child have returned from it, with 300 MB of objects
1 GB               the same with 1 GB of objects, and until the child has looked at all of them
hot function       the first call in a child of a function that is hot in the parent, in relation to a call there
queue, manager     the whole commands of samples/2_queue.py and samples/4_manager.py; the first in relation to `-c pass`

Figures are medians; with them come the least and the greatest. Other work on the machine falsifies all of them.
"""

import argparse
import os
import statistics
import subprocess
import sys
import time

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, HERE)

from commands import find_cpython, find_polyproc

SAMPLES = os.path.normpath(os.path.join(HERE, "../../samples"))
START = """
import multiprocessing, time
def nothing():
    pass
if __name__ == "__main__":
    context = multiprocessing.get_context("fork")
    for number in range(41):
        begin = time.perf_counter()
        process = context.Process(target=nothing)
        process.start()
        process.join()
        print(("first start" if number == 0 else "start and join"), (time.perf_counter() - begin) * 1000)
"""
FORK = """
import os, sys, time
kept = [str(number) for number in range(int(sys.argv[2]))]
for _ in range(10):
    reader, writer = os.pipe()
    begin = time.perf_counter()
    pid = os.fork()
    if pid == 0:
        os.write(writer, str(time.perf_counter()).encode())
        if sys.argv[1] == "1 GB":
            total = 0
            for text in kept:
                total += len(text)
            os.write(writer, b" %f" % time.perf_counter())
        os._exit(0)
    returned = time.perf_counter()
    os.close(writer)
    os.waitpid(pid, 0)
    times = [float(text) for text in os.read(reader, 100).split()]
    os.close(reader)
    print(sys.argv[1], (max(returned, times[0]) - begin) * 1000)
    if len(times) > 1:
        print(sys.argv[1] + ", all read", (times[1] - begin) * 1000)
"""
HOT = """
import os, time
def work(n):
    total = 0
    for i in range(n):
        total += i * i % 7
    return total
def timed():
    begin = time.perf_counter()
    work(2_000_000)
    return time.perf_counter() - begin
parent = min(timed() for _ in range(40))
for _ in range(10):
    reader, writer = os.pipe()
    pid = os.fork()
    if pid == 0:
        os.write(writer, str(timed()).encode())
        os._exit(0)
    os.waitpid(pid, 0)
    print("hot function, child / parent", float(os.read(reader, 100)) / parent)
    os.close(reader)
    os.close(writer)
"""
PROGRAMS = ((FORK, "os.fork, 300 MB", "4000000"), (FORK, "1 GB", "13000000"), (HOT,))


def run(command, *arguments):
    """Lines of `name figure` that a program prints, as pairs."""
    output = subprocess.run([command, *arguments], check=True, capture_output=True, text=True, timeout=600).stdout
    for line in output.splitlines():
        name, figure = line.rsplit(" ", 1)
        yield name, float(figure)


def whole(command, *arguments):
    """Milliseconds of a whole command."""
    begin = time.perf_counter()
    subprocess.run([command, *arguments], check=True, capture_output=True, timeout=600)
    return (time.perf_counter() - begin) * 1000


def figures(command, rounds):
    """A command's figures, each a list by its name."""
    found = {}
    for number in range(rounds):
        for program, *arguments in [(START,)] if number else [(START,), *PROGRAMS]:
            for name, figure in run(command, "-c", program, *arguments):
                found.setdefault(name, []).append(figure)
        for sample in "2_queue", "4_manager":
            found.setdefault(sample, []).append(whole(command, os.path.join(SAMPLES, sample + ".py")))
        found.setdefault("-c pass", []).append(whole(command, "-c", "pass"))
    return found


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--polyproc", default=find_polyproc())
    parser.add_argument("--cpython")
    parser.add_argument("--rounds", type=int, default=5)
    options = parser.parse_args()
    for name, command in ("polyproc", options.polyproc), ("CPython", find_cpython(options.cpython)):
        if command is None:
            print("no CPython 3.12 was found: its figures are missing")
            continue
        print(f"{name}: {command}")
        for what, values in figures(command, options.rounds).items():
            print(
                f"  {what:32} {statistics.median(values):9.2f}   ({min(values):.2f} to {max(values):.2f}, {len(values)})",
                flush=True,
            )


if __name__ == "__main__":
    main()
