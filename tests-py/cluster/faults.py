"""Puts a mixed load on three nodes and kills, stops and restarts two of them at random: `faults.py --seconds 1200`.

It runs under any Python 3.12; what it tests is target/polyproc, or what the variable POLYPROC names.
"""

import argparse
import os
import random
import signal
import subprocess
import sys
import time

from nodes import POLYPROC, Nodes

FOLDER = os.path.dirname(os.path.abspath(__file__))


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seconds", type=float, default=120)
    parser.add_argument("--seed", type=int, default=random.randrange(10 ** 6))
    parser.add_argument("--pause", type=float, default=8, help="seconds between two faults, about")
    parser.add_argument("--without", default="", help="faults that are left out: kill, hang, sleep")
    options = parser.parse_args()
    chance = random.Random(options.seed)
    print("seed", options.seed, flush=True)
    faults = [fault for fault in (kill, hang, nap) if fault.__name__ not in options.without.split(",")]
    with Nodes() as nodes:
        nodes.start("a")
        for name in "bc":
            nodes.join(name)
        load = subprocess.Popen([POLYPROC, os.path.join(FOLDER, "load.py"), str(options.seconds), "abc"],
                                env=nodes.environment())
        begin = time.monotonic()
        count = 0
        try:
            while load.poll() is None and time.monotonic() - begin < options.seconds - 15:
                time.sleep(chance.uniform(0.5, 1.5) * options.pause)
                fault = chance.choice(faults)
                name = chance.choice("bc")
                print(f"{time.monotonic() - begin:6.1f} s  {fault.__name__} {name}", flush=True)
                fault(nodes, name)
                count += 1
            status = load.wait(options.seconds + 180)
        finally:
            if load.poll() is None:
                load.kill()
                load.wait()
        print(f"{count} faults; the load ended with {status}")
        if status:
            for name in "abc":
                print(f"--- log of {name}\n{nodes.log(name)[-3000:]}")
    return status


def kill(nodes, name):
    nodes.signal(name, signal.SIGKILL)
    _return(nodes, name)


def hang(nodes, name):
    """Stopped for so long that it is lost; then it goes on."""
    nodes.signal(name, signal.SIGSTOP)
    time.sleep(20)
    nodes.signal(name, signal.SIGCONT)
    _return(nodes, name)


def nap(nodes, name):
    """Stopped for a moment: nothing is lost."""
    nodes.signal(name, signal.SIGSTOP)
    time.sleep(2)
    nodes.signal(name, signal.SIGCONT)


def _return(nodes, name):
    """Has the node join again, once its agent has ended and the others know it."""
    deadline = time.monotonic() + 60
    while nodes.pid(name) is not None and time.monotonic() < deadline:
        time.sleep(0.2)
    while True:
        try:
            nodes.join(name)
            return
        except RuntimeError as e:
            if time.monotonic() > deadline:
                print(e)
                return
            time.sleep(1)


if __name__ == "__main__":
    sys.exit(main())
