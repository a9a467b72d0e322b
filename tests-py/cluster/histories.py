"""Records what processes on all nodes do to locks and queues, for `linearizability.py`.

    histories.py SECONDS NODES FOLDER     under polyproc: records, into a file of FOLDER for each process
    python3 histories.py --check FOLDER   checks what was recorded

All nodes must be on one machine: the times of all processes are of its one clock. Locks and queues are new every few
seconds, so that each history is short.
"""

import ast
import multiprocessing as mp
import os
import queue
import random
import sys
import time

from linearizability import Fifo, Mutex, histories, unexplained
from load import Kept

EPOCH_SECONDS = 10
SIZE = 8
"""The limit of each queue."""


class Recorder:
    """Writes what a process does: a line for each call and each return, whole or not at all."""

    def __init__(self, folder, name):
        self.name = name
        self._file = os.open(os.path.join(folder, name), os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)

    def _write(self, *fields):
        os.write(self._file, (repr((self.name, time.monotonic(), *fields)) + "\n").encode())

    def record(self, key, what, argument, action):
        """Does something to an object, and records it."""
        self._write(key, what, argument, None)
        answer = action()
        self._write(key, "", None, answer)
        return answer

    def end(self):
        self._write("", "end", None, None)


def take_part(objects, folder, name, begin, seconds):
    """A process that uses the objects of the moment at random."""
    recorder = Recorder(folder, name)
    chance = random.Random(name)
    serial = 0
    while (elapsed := time.monotonic() - begin) < seconds:
        epoch = int(elapsed / EPOCH_SECONDS)
        lock, items = objects[epoch]
        time.sleep(chance.random() * 0.02)
        what = chance.choice(("lock", "put", "get"))
        if what == "lock":
            _lock(recorder, f"lock {epoch}", lock, chance)
        elif what == "put":
            serial += 1
            _put(recorder, f"queue {epoch}", items, f"{name}-{serial}", chance.choice((0, 0.01, 1)))
        else:
            _get(recorder, f"queue {epoch}", items, chance.choice((0, 0.01, 1)))
    recorder.end()


def _lock(recorder, key, lock, chance):
    timeout = chance.choice((0, 0.01, None))
    if recorder.record(key, "acquire", None, lambda: lock.acquire(timeout=timeout)):
        time.sleep(chance.random() * 0.004)
        recorder.record(key, "release", None, lambda: lock.release() is None)


def _put(recorder, key, items, item, timeout):
    def put():
        try:
            items.put(item, timeout=timeout)
            return True
        except queue.Full:
            return False

    recorder.record(key, "put", item, put)


def _get(recorder, key, items, timeout):
    def get():
        try:
            return items.get(timeout=timeout)
        except queue.Empty:
            return None

    recorder.record(key, "get", None, get)


def record(seconds, nodes, folder):
    """Keeps two processes a node going until the time is up."""
    objects = [(mp.Lock(), mp.Queue(SIZE)) for _ in range(int(seconds / EPOCH_SECONDS) + 2)]
    begin = time.monotonic()
    kept = [
        Kept(take_part, lambda name, part=part: (objects, folder, f"{name}{part}", begin, seconds), nodes) for part in "xy"
    ]
    while time.monotonic() < begin + seconds - 1:
        for processes in kept:
            processes.look()
        time.sleep(0.1)
    for processes in kept:
        processes.join()
    return 0


def check(folder):
    """Returns whether every history can be explained; says which cannot."""
    lines = []
    for name in sorted(os.listdir(folder)):
        with open(os.path.join(folder, name)) as file:
            lines += [ast.literal_eval(line) for line in file if line.endswith("\n")]
    found = histories(lines)
    wrong = 0
    for key, operations in sorted(found.items()):
        culprit = unexplained(operations, Mutex if key.startswith("lock") else Fifo(SIZE))
        if culprit is not None:
            wrong += 1
            print(f"wrong: the history of {key} cannot be explained, from {culprit} on")
    count = sum(map(len, found.values()))
    print(
        f"{len(found)} histories of locks and queues with {count} operations of {len({line[0] for line in lines})} "
        f"processes: {wrong or 'none'} that cannot be explained"
    )
    return count > 0 and not wrong


if __name__ == "__main__":
    if sys.argv[1] == "--check":
        sys.exit(not check(sys.argv[2]))
    sys.exit(record(float(sys.argv[1]), sys.argv[2], sys.argv[3]))
