"""Forks again and again, while threads compute, wait, collect garbage and have new code compiled.

    ./polyproc tests-py/soak/forks.py                    10,000 forks, 64 at once
    ./polyproc tests-py/soak/forks.py --forks 500

Each child looks whether it is alone, and does one of these in turn: it ends; collects garbage; runs code that is new;
starts a thread; uses a lock and a queue that threads of its parent wait at; forks in its turn. Prints how often a fork
had to wait for a thread, and the slowest one. The exit status is 1 if a child has ended otherwise than it should,
or has not ended within a minute.
"""

import argparse
import gc
import os
import queue
import signal
import sys
import threading
import time

PATIENCE = 60.0


class Busy:
    """Threads in every state that a thread of Python can be in."""

    def __init__(self):
        self.lock = threading.Lock()
        self.queue = queue.Queue()
        self.event = threading.Event()
        self.condition = threading.Condition()
        self.pipe = os.pipe()
        self.turns = 0
        self.lock.acquire()
        for work in (
            self.compute,
            self.make_garbage,
            self.compile,
            self.turn_over,
            self.lock.acquire,
            self.queue.get,
            self.event.wait,
            self.wait_for_condition,
            self.read,
            self.sleep,
        ):
            threading.Thread(target=work, name=work.__name__, daemon=True).start()

    def compute(self):
        while True:
            sum(n * n for n in range(1000))

    def make_garbage(self):
        while True:
            kept = [[n] * 10 for n in range(2000)]
            kept.append(kept)
            time.sleep(0.002)

    def compile(self):
        number = 0
        while True:
            number += 1
            namespace = {}
            exec(f"def f(n):\n    return sum(i * {number} for i in range(n))", namespace)
            namespace["f"](300)
            time.sleep(0.01)

    def turn_over(self):
        while True:
            self.turns += 1
            time.sleep(0.0005)

    def wait_for_condition(self):
        with self.condition:
            self.condition.wait()

    def read(self):
        os.read(self.pipe[0], 1)

    def sleep(self):
        time.sleep(1_000_000)


def ends(busy):
    """Nothing more."""


def collects(busy):
    gc.collect()
    [bytearray(1000) for _ in range(20_000)]


def runs_new_code(busy):
    namespace = {}
    exec(f"def f(n):\n    return n * {os.getpid()}", namespace)
    assert sum(map(namespace["f"], range(2000))) == os.getpid() * 1999000


def starts_a_thread(busy):
    done = []
    threads = [threading.Thread(target=done.append, args=(n,)) for n in range(3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(done) == [0, 1, 2]


def uses_what_others_wait_for(busy):
    busy.queue.put("a")
    assert busy.queue.get(timeout=PATIENCE) == "a"
    busy.event.set()
    with busy.condition:
        busy.condition.notify_all()
    assert not busy.lock.acquire(timeout=0.01)


def forks(busy):
    pid = os.fork()
    if pid == 0:
        os._exit(5)
    assert os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]) == 5


ACTS = (ends, collects, ends, runs_new_code, ends, starts_a_thread, ends, uses_what_others_wait_for, ends, forks)


def be_child(busy, act):
    """What a child does; returns its exit status."""
    try:
        assert threading.active_count() == 1, threading.enumerate()
        turns = busy.turns
        act(busy)
        assert busy.turns == turns, "another thread runs"
        return 0
    except BaseException:
        import traceback

        traceback.print_exc()
        return 1


class Forks:
    """The children that there are, and what is known of all."""

    def __init__(self, busy):
        self.busy = busy
        self.running = {}
        self.bad = []
        self.seconds = []
        self.retries = []

    def start(self, number):
        act = ACTS[number % len(ACTS)]
        begin = time.perf_counter()
        pid = os.fork()
        if pid == 0:
            os._exit(be_child(self.busy, act))
        self.seconds.append(time.perf_counter() - begin)
        self.retries.append(_retries())
        self.running[pid] = act.__name__, time.monotonic()

    def reap(self, block):
        """Collects children that have ended; kills those that do not."""
        for pid, (act, begin) in list(self.running.items()):
            ended, status = os.waitpid(pid, os.WNOHANG)
            if not ended:
                if time.monotonic() - begin > PATIENCE:
                    self.bad.append((pid, act, "hangs"))
                    os.kill(pid, signal.SIGKILL)
                    os.waitpid(pid, 0)
                    del self.running[pid]
                continue
            del self.running[pid]
            if status:
                self.bad.append((pid, act, os.waitstatus_to_exitcode(status)))
        if block and self.running:
            time.sleep(0.002)


def _retries():
    try:
        import _polyproc
    except ImportError:
        return 0  # another Python, to see what it does
    return int(_polyproc.runtime.forkRetries())


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--forks", type=int, default=10_000)
    parser.add_argument("--at-once", type=int, default=64)
    options = parser.parse_args()
    forks = Forks(Busy())
    begin = time.monotonic()
    for number in range(options.forks):
        forks.start(number)
        # Mostly a few at a time; now and then as many as may be.
        limit = options.at_once if number % 500 < options.at_once else 4
        while len(forks.running) >= limit:
            forks.reap(block=True)
        if number % 500 == 499:
            print(f"{number + 1} forks, {time.monotonic() - begin:.0f} s, {len(forks.bad)} bad", flush=True)
    while forks.running:
        forks.reap(block=True)
    seconds = sorted(forks.seconds)
    print(
        f"{len(seconds)} forks: median {seconds[len(seconds) // 2] * 1000:.1f} ms, slowest {seconds[-1] * 1000:.0f} ms; "
        f"{sum(1 for n in forks.retries if n)} waited for a thread, the longest {max(forks.retries)} times; "
        f"{len(forks.bad)} bad"
    )
    for pid, act, how in forks.bad[:20]:
        print(f"  child {pid}, which {act}: {how}")
    sys.stdout.flush()
    os._exit(1 if forks.bad else 0)


if __name__ == "__main__":
    import warnings

    warnings.simplefilter("ignore", DeprecationWarning)
    main()
