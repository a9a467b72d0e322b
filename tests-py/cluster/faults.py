"""Puts a mixed load on three nodes and does harm to two of them at random: `faults.py --seconds 1200`.

With `--copies 3` there are five nodes, and harm is done to two at once.
It kills and stops their agents, and, as root, cuts, slows down and thins out the links between them (`network.py`).
Meanwhile `load.py` counts tasks, items and holders of a lock, and `histories.py` records what is done to locks and
queues, which is checked at the end.
It runs under any Python 3.12; what it tests is target/polyproc, or what the variable POLYPROC names.
"""

import argparse
import contextlib
import os
import random
import signal
import subprocess
import sys
import tempfile
import time

import histories
import network
from nodes import POLYPROC, Nodes

FOLDER = os.path.dirname(os.path.abspath(__file__))
HOME = "a"
"""The program's node, to which no harm is done."""
LONG, SHORT = 20, 2
"""Seconds after which a node is lost that says nothing, and after which it is not."""


class Faults:
    """What happens to a part of the nodes at once, by the names of the methods."""

    def __init__(self, nodes, net):
        self._nodes = nodes
        self._net = net

    def kill(self, part):
        self._signal(part, signal.SIGKILL)
        self._return(part)

    def hang(self, part):
        """Stopped for so long that it is lost; then it goes on."""
        self._stop(part, LONG)
        self._return(part)

    def nap(self, part):
        """Stopped for a moment: nothing is lost."""
        self._stop(part, SHORT)

    def cut(self, part):
        """Cut off for so long that it is lost."""
        self._block(self._net.links_from(part) + self._net.links_to(part), LONG)
        self._return(part)

    def blink(self, part):
        """Cut off for a moment."""
        self._block(self._net.links_from(part) + self._net.links_to(part), SHORT)

    def mute(self, part):
        """It hears, and is not heard."""
        self._block(self._net.links_from(part), LONG)
        self._return(part)

    def deaf(self, part):
        """It is heard, and does not hear."""
        self._block(self._net.links_to(part), LONG)
        self._return(part)

    def slow(self, part):
        """Its packets take 20 ms, more or less, for a while."""
        self._net.slow(self._net.links_from(part) + self._net.links_to(part), 0.02)
        time.sleep(5)
        self._net.heal()

    def thin(self, part):
        """A twentieth of its packets is lost, for a while."""
        self._net.lose(self._net.links_from(part) + self._net.links_to(part), 0.05)
        time.sleep(5)
        self._net.heal()

    def _signal(self, part, number):
        for name in part:
            self._nodes.signal(name, number)

    def _stop(self, part, seconds):
        self._signal(part, signal.SIGSTOP)
        time.sleep(seconds)
        self._signal(part, signal.SIGCONT)

    def _block(self, links, seconds):
        self._net.block(links)
        time.sleep(seconds)
        self._net.heal()

    def _return(self, part):
        """Has nodes join again, once their agents have ended and the others know it."""
        for name in part:
            deadline = time.monotonic() + 90
            while self._nodes.pid(name) is not None:
                if time.monotonic() > deadline:
                    raise RuntimeError(f"the agent of {name} has not ended")
                time.sleep(0.2)
            self._join(name, deadline)

    def _join(self, name, deadline):
        while True:
            try:
                self._nodes.join(name)
                return
            except RuntimeError as e:
                if time.monotonic() > deadline:
                    raise RuntimeError(f"node {name} cannot join again: {e}") from None
                time.sleep(1)


OF_AGENTS = "kill", "hang", "nap"
OF_LINKS = "cut", "blink", "mute", "deaf", "slow", "thin"


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--seconds", type=float, default=120)
    parser.add_argument("--seed", type=int, default=random.randrange(10**6))
    parser.add_argument("--pause", type=float, default=8, help="seconds between two faults, about")
    parser.add_argument("--only", default="", help=f"faults to choose from: {', '.join(OF_AGENTS + OF_LINKS)}")
    parser.add_argument(
        "--links",
        choices=("auto", "yes", "no"),
        default="auto",
        help="whether links come to harm; by default if there can be a network for that",
    )
    parser.add_argument("--copies", type=int, default=2, help="on how many nodes items and locks are kept")
    options = parser.parse_args()
    chance = random.Random(options.seed)
    print("seed", options.seed, flush=True)
    why_none = network.why_none()
    if why_none and options.links == "yes":
        parser.error(why_none)
    has_links = options.links != "no" and not why_none
    if not has_links:
        print(f"no faults of links: {why_none or 'not wanted'}")
    names = OF_AGENTS + (OF_LINKS if has_links else ())
    if options.only:
        names = [name for name in options.only.split(",") if name in names] or parser.error("none of these faults")
    others = "bcdefghi"[: 2 * (options.copies - 1)]
    with contextlib.ExitStack() as stack:
        net = stack.enter_context(contextlib.closing(network.Network(HOME + others))) if has_links else None
        nodes = stack.enter_context(Nodes(network=net, copies=options.copies))
        recorded = stack.enter_context(tempfile.TemporaryDirectory(prefix="polyproc-histories-"))
        nodes.start(HOME)
        for name in others:
            nodes.join(name)
        load = [
            subprocess.Popen(
                [POLYPROC, os.path.join(FOLDER, script), str(options.seconds), HOME + others, *more], env=nodes.environment()
            )
            for script, *more in (["load.py"], ["histories.py", recorded])
        ]
        try:
            counts = _do_harm(Faults(nodes, net), names, others, load, chance, options)
            statuses = [process.wait(options.seconds + 180) for process in load]
        finally:
            for process in load:
                if process.poll() is None:
                    process.kill()
                    process.wait()
        print("faults:", ", ".join(f"{count} {name}" for name, count in counts.items()))
        print("load and recording ended with", statuses)
        good = not any(statuses) and histories.check(recorded)
        if not good:
            for name in HOME + others:
                print(f"--- log of {name}\n{nodes.log(name)[-3000:]}")
    return not good


def _do_harm(faults, names, others, load, chance, options):
    begin = time.monotonic()
    counts = dict.fromkeys(names, 0)
    while all(process.poll() is None for process in load) and time.monotonic() - begin < options.seconds - 15:
        time.sleep(chance.uniform(0.5, 1.5) * options.pause)
        fault, part = chance.choice(names), sorted(chance.sample(others, options.copies - 1))
        print(f"{time.monotonic() - begin:6.1f} s  {fault} {' '.join(part)}", flush=True)
        getattr(faults, fault)(part)
        counts[fault] += 1
    return counts


if __name__ == "__main__":
    sys.exit(main())
