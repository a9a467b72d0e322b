# conformance: whoever is killed while he puts or gets, others get whole items, and nobody waits for ever
# methods: fork spawn
# timeout: 300
# polyproc-only: in CPython half a message is left in the pipe, and what follows is read in its place
import multiprocessing as mp
import os
import queue
import random
import signal
import sys
import time

SIZES = 10, 3_000, 40_000, 1_000_000


def put_for_ever(q, seed):
    rng = random.Random(seed)
    while True:
        size = rng.choice(SIZES)
        q.put((size, b'x' * size))


def get_for_ever(q):
    while True:
        q.get()


def put_some(q, count):
    for number in range(count):
        q.put((number, b'y' * 1000))


def put_more_than_fits(q, connection):
    for _ in range(3):
        q.put(b'z' * 3_000_000)
    connection.send('put')
    time.sleep(600)


def is_whole(item):
    size, content = item
    return content in (b'x' * size, b'y' * 1000)


def kill(process):
    os.kill(process.pid, signal.SIGKILL)
    process.join()


def killed_writers(q, count):
    """Kills processes that put, at any moment, and gets all that they have put."""
    whole = True
    for number in range(count):
        process = ctx.Process(target=put_for_ever, args=(q, number))
        process.start()
        end = time.monotonic() + rng.uniform(0.05, 0.3)
        while time.monotonic() < end:
            try:
                whole &= is_whole(q.get(timeout=0.1))
            except queue.Empty:
                pass
        kill(process)
        while True:
            try:
                whole &= is_whole(q.get(timeout=0.5))
            except queue.Empty:
                break
    return whole


def killed_readers(q, count):
    for _ in range(count):
        readers = [ctx.Process(target=get_for_ever, args=(q,)) for _ in range(2)]
        for reader in readers:
            reader.start()
        end = time.monotonic() + rng.uniform(0.1, 0.3)
        while time.monotonic() < end:
            q.put((1_000_000, b'x' * 1_000_000))
        for reader in readers:
            kill(reader)


def drained(q):
    while True:
        try:
            whole = is_whole(q.get(timeout=0.5))
        except queue.Empty:
            return True
        if not whole:
            return False


if __name__ == '__main__':
    ctx = mp.get_context(sys.argv[1])
    rng = random.Random(7)
    q = ctx.Queue()
    print('killed writers', killed_writers(q, 6))
    killed_readers(q, 2)
    print('killed readers', drained(q))
    writer = ctx.Process(target=put_some, args=(q, 100))
    writer.start()
    print('afterwards', [q.get()[0] for _ in range(100)] == list(range(100)))
    writer.join()

    bounded = ctx.Queue(3)
    for _ in range(2):
        here, there = ctx.Pipe()
        writer = ctx.Process(target=put_more_than_fits, args=(bounded, there))
        writer.start()
        here.recv()
        kill(writer)
        while True:
            try:
                bounded.get(timeout=0.5)
            except queue.Empty:
                break
    for number in range(3):
        bounded.put(number, timeout=60)
    print('the places of the killed', [bounded.get() for _ in range(3)])
