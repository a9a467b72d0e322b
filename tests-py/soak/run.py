#!/usr/bin/env python3
"""Mixed load with random kills: every task that a pool accepts must be answered exactly once.

    ./polyproc tests-py/soak/run.py [--seconds 60] [--seed N] [--workers 4] [--pause 0.5] [--method fork]

Tasks of all kinds go to a pool by `apply_async`, `map_async` and `imap_unordered`, while processes of it
are killed at random moments; others take turns with a lock and are killed, too. Prints the seed, then a
line now and then, and at the end a summary. Exit status: 0, or 1 if anything is not as it should be.
"""

import argparse
import collections
import contextlib
import gc
import multiprocessing as mp
import os
import random
import re
import signal
import sys
import threading
import time
import warnings

SIGNALS = signal.SIGKILL, signal.SIGKILL, signal.SIGTERM, signal.SIGABRT, signal.SIGSEGV


def work(kind, number, size):
    """The task: what it answers is known beforehand."""
    if kind == "sleep":
        time.sleep(size / 1e6)
    elif kind == "fail":
        raise ValueError(number)
    elif kind == "large":
        return number, b"x" * size
    elif kind == "exit" and size % 2:
        os._exit(3)
    return number, kind


def element(number):
    return -number


def take_turns(lock, counters):
    """Both counters are changed under the lock: they differ by as many as were killed in between."""
    warnings.simplefilter("ignore")
    while True:
        with lock:
            counters[0] += 1
            counters[1] += 1


class Ledger:
    """What was accepted, and how it was answered. Any thread may call."""

    def __init__(self):
        self.accepted = 0
        self.outcomes = collections.Counter()
        self.refused = 0
        """Tasks that failed as the pool had no worker: several must be killed in a row before they are ready."""
        self.wrong = []
        self._open = {}
        self._lock = threading.Lock()

    def accept(self, count=1):
        with self._lock:
            self.accepted += count
            number = self.accepted
            self._open[number] = count
        return number

    def answer(self, number, outcome):
        with self._lock:
            if self._open.pop(number, None) is None:
                self.wrong.append(f"task {number} was answered twice: {outcome}")
            self.outcomes[outcome] += 1

    def lose(self, error):
        """Looks at a WorkerLostError."""
        with self._lock:
            self.refused += error.task is None

    def open(self):
        with self._lock:
            return len(self._open)

    def complain(self, text):
        with self._lock:
            self.wrong.append(text)


class Load:
    def __init__(self, pool, ledger, rng):
        self.pool = pool
        self.ledger = ledger
        self.rng = rng

    def step(self):
        self.rng.choices((self.call, self.map, self.stream), (8, 2, 1))[0]()

    def call(self):
        kind = self.rng.choices(("quick", "sleep", "fail", "large", "exit"), (10, 4, 2, 2, 0.2))[0]
        size = self.rng.randrange(1, 200_000)
        number = self.ledger.accept()

        def done(answer):
            right = answer[0] == number and answer[1] == (b"x" * size if kind == "large" else kind)
            self.ledger.answer(number, "right" if right else f"wrong: {answer!r:.80}")
            if not right:
                self.ledger.complain(f"task {number} has a wrong answer")

        def failed(error):
            expected = kind == "fail" and isinstance(error, ValueError) and error.args == (number,)
            lost = isinstance(error, mp.WorkerLostError)
            self.ledger.answer(number, "failed as it should" if expected else type(error).__name__)
            if lost:
                self.ledger.lose(error)
            elif not expected:
                self.ledger.complain(f"task {number} of kind {kind} fails: {error!r:.200}")

        self.pool.apply_async(work, (kind, number, size), callback=done, error_callback=failed)

    def map(self):
        count = self.rng.randrange(1, 300)
        chunk = self.rng.choice((1, 1, None, 7))
        number = self.ledger.accept()

        def done(answers):
            right = answers == [-i for i in range(count)]
            self.ledger.answer(number, "right map" if right else "wrong map")
            if not right:
                self.ledger.complain(f"map {number} has wrong answers")

        def failed(error):
            self.ledger.answer(number, f"map: {type(error).__name__}")
            if isinstance(error, mp.WorkerLostError):
                self.ledger.lose(error)
            else:
                self.ledger.complain(f"map {number} fails: {error!r:.200}")

        self.pool.map_async(element, range(count), chunk, callback=done, error_callback=failed)

    def stream(self):
        count = self.rng.randrange(1, 50)
        number = self.ledger.accept()
        answers = []
        results = self.pool.imap_unordered(element, iter(range(count)) if count % 2 else range(count))
        lost = 0
        while True:
            try:
                answers.append(results.next(120))
            except StopIteration:
                break
            except mp.WorkerLostError as error:
                self.ledger.lose(error)
                lost += 1
            except mp.TimeoutError:
                self.ledger.complain(f"imap {number} hangs")
                break
        right = (
            len(answers) + lost == count and set(answers) <= {-i for i in range(count)} and len(set(answers)) == len(answers)
        )
        self.ledger.answer(number, "right imap" if right else "wrong imap")
        if not right:
            self.ledger.complain(f"imap {number} of {count} gave {len(answers)} and lost {lost}")


def kill_some(pool, others, rng, pause, until, kills):
    while time.monotonic() < until:
        time.sleep(rng.uniform(0, 2 * pause))
        victims = [process for process in pool._pool[:] if process.is_alive()]
        victims += [process for process in others if process.is_alive()]
        if victims:
            victim = rng.choice(victims)
            number = rng.choice(SIGNALS)
            try:
                os.kill(victim.pid, number)
            except ProcessLookupError:
                continue  # it has ended meanwhile
            kills[signal.Signals(number).name] += 1


def descriptors():
    """How many of each kind are open: their numbers are given anew all the time."""
    found = collections.Counter()
    for number in os.listdir("/proc/self/fd"):
        with contextlib.suppress(FileNotFoundError):
            found[re.sub(r"\d+", "N", os.readlink(f"/proc/self/fd/{number}"))] += 1
    return found


def leftover(before, seconds=10):
    """What is open that was not before; the collector closes some of it, a moment later."""
    end = time.monotonic() + seconds
    while True:
        gc.collect()
        left = descriptors() - before
        if not left or time.monotonic() > end:
            return left
        time.sleep(0.1)


def main():
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--seconds", type=float, default=60)
    parser.add_argument("--seed", type=int, default=int.from_bytes(os.urandom(4), "big"))
    parser.add_argument("--workers", type=int, default=4)
    parser.add_argument("--pause", type=float, default=0.5, help="mean seconds between two kills")
    parser.add_argument("--method", default="fork")
    options = parser.parse_args()
    print(f"seed {options.seed}", flush=True)
    rng = random.Random(options.seed)
    context = mp.get_context(options.method)
    ledger = Ledger()
    kills = collections.Counter()
    lock, counters = context.Lock(), context.Array("q", 2, lock=False)
    with context.Pool(options.workers) as pool:
        pool.map(element, range(10))
        pool.close()
        pool.join()
    del pool
    gc.collect()
    before = descriptors()
    with context.Pool(options.workers) as pool:
        others = [context.Process(target=take_turns, args=(lock, counters), daemon=True) for _ in range(2)]
        for process in others:
            process.start()
        until = time.monotonic() + options.seconds
        killer = threading.Thread(
            target=kill_some, args=(pool, others, random.Random(options.seed + 1), options.pause, until, kills)
        )
        killer.start()
        load = Load(pool, ledger, rng)
        told = time.monotonic()
        while time.monotonic() < until:
            load.step()
            while ledger.open() > 200:
                time.sleep(0.01)
            for i, process in enumerate(others):
                if process.exitcode is not None:
                    process.join()
                    others[i] = context.Process(target=take_turns, args=(lock, counters), daemon=True)
                    others[i].start()
            if time.monotonic() - told > 10:
                told = time.monotonic()
                print(f"{ledger.accepted} accepted, {ledger.open()} open, {sum(kills.values())} kills", flush=True)
        killer.join()
        deadline = time.monotonic() + 120
        while ledger.open() and time.monotonic() < deadline:
            time.sleep(0.05)
        if ledger.open():
            ledger.complain(f"{ledger.open()} tasks were never answered")
        if ledger.refused > ledger.accepted / 100:
            ledger.complain(f"{ledger.refused} tasks were refused, as the pool had no worker")
        warnings.simplefilter("ignore")
        for process in others:
            process.kill()
            process.join()
        if not lock.acquire(timeout=60):
            ledger.complain("the lock is held by a process that is no more")
        if abs(counters[0] - counters[1]) > sum(kills.values()) + len(others):
            ledger.complain(f"the lock does not exclude: {counters[:]}")
        pool.close()
        pool.join()
    if mp.active_children():
        ledger.complain(f"processes are left: {mp.active_children()}")
    del pool, load, killer, others, process
    left = leftover(before)
    if left.total() > 4:
        ledger.complain(f"{left.total()} descriptors are left: {dict(left)}")
    print(
        f"{ledger.accepted} accepted, {sum(ledger.outcomes.values())} answered, {sum(kills.values())} kills "
        f"({', '.join(f'{count} {name}' for name, count in sorted(kills.items()))}), "
        f"{counters[0]} turns with the lock"
    )
    for outcome, count in sorted(ledger.outcomes.items()):
        print(f"    {count:8} {outcome}")
    for text in ledger.wrong[:20]:
        print("WRONG:", text)
    return 1 if ledger.wrong else 0


if __name__ == "__main__":
    sys.exit(main())
