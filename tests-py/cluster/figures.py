"""Measures what the cluster costs, as medians: run under `polyproc --cluster` or with POLYPROC_CLUSTER, on three nodes.

figures.py [NODE]    NODE: the other node that is measured (b)
"""

import multiprocessing as mp
import os
import statistics
import sys
import time

GOALS = {
    "start and join on another node": "< 150 ms",
    "pool.map, chunks of one": ">= 20000 tasks/s a node",
    "lock and unlock": "< 0.5 ms",
    "a lock that is handed over": "< 1 ms",
    "queue, put in batches": ">= 20000 items/s",
    "queue, put and get one by one": "",
    "1 GB through a Pipe": ">= 300 MB/s",
}


def nothing(*_):
    pass


def square(n):
    return n * n


def show(what, figure):
    print(f"{what:36} {figure:>18}   goal {GOALS[what]}", flush=True)


def timed(function, times):
    seconds = []
    for _ in range(times):
        begin = time.perf_counter()
        function()
        seconds.append(time.perf_counter() - begin)
    return statistics.median(seconds)


def start_and_join(node):
    def once():
        process = mp.get_context("spawn").Process(target=nothing, node=node)
        process.start()
        process.join()
        assert process.exitcode == 0

    timed(once, 3)
    show("start and join on another node", f"{timed(once, 11) * 1000:.0f} ms")


def lock_and_unlock():
    lock = mp.Lock()

    def once():
        with lock:
            pass

    timed(once, 300)
    show("lock and unlock", f"{timed(once, 1000) * 1000:.2f} ms")


def _alternate(mine, other, rounds):
    for _ in range(rounds):
        mine.acquire()
        other.release()


def hand_over(node):
    """Two processes that wait for each other: half of a round is one hand-over."""
    first, second = mp.Semaphore(0), mp.Semaphore(0)
    process = mp.Process(target=_alternate, args=(second, first, 600), node=node)
    process.start()

    def once():
        second.release()
        first.acquire()

    timed(once, 100)
    show("a lock that is handed over", f"{timed(once, 500) * 500:.2f} ms")
    process.join()


def _put_all(queue, count):
    for i in range(count):
        queue.put(i)


def queue_batched(node):
    """Accepted by the cluster; they are taken out afterwards."""
    count = 40_000

    def once():
        queue = mp.Queue()
        for i in range(count):
            queue.put(i)
        queue.close()
        queue.join_thread()

    timed(once, 1)
    show("queue, put in batches", f"{count / timed(once, 5):,.0f} items/s")


def queue_single(node):
    count = 2000
    queue = mp.Queue()
    process = mp.Process(target=_put_all, args=(queue, count), node=node)
    process.start()
    queue.get()
    begin = time.perf_counter()
    for _ in range(count - 1):
        queue.get()
    show("queue, put and get one by one", f"{(count - 1) / (time.perf_counter() - begin):,.0f} items/s")
    process.join()


def _send(end, part, count):
    data = bytes(part)
    for _ in range(count):
        end.send_bytes(data)


def pipe(node):
    part, count = 1 << 20, 1000
    reader, writer = mp.Pipe(duplex=False)
    process = mp.Process(target=_send, args=(writer, part, count), node=node)
    process.start()
    writer.close()
    reader.recv_bytes()
    begin = time.perf_counter()
    for _ in range(count - 1):
        reader.recv_bytes()
    show("1 GB through a Pipe", f"{(count - 1) * part / 1e6 / (time.perf_counter() - begin):,.0f} MB/s")
    process.join()


class _There(mp.get_context("spawn").Process):
    """A pool's worker on a node."""

    place = None

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self._node = self.place


class _Context(type(mp.get_context("spawn"))):
    Process = _There


def pool(node):
    _There.place = node
    count = 40_000
    with mp.pool.Pool(2, context=_Context()) as workers:

        def once():
            workers.map(square, range(count), chunksize=1)

        timed(once, 4)
        show("pool.map, chunks of one", f"{count / timed(once, 5):,.0f} tasks/s")


if __name__ == "__main__":
    import multiprocessing.pool

    there = sys.argv[1] if len(sys.argv) > 1 else "b"
    print(
        f"load {os.getloadavg()[0]:.1f} before, {mp.cpu_count()} cores in the cluster, "
        f"{os.sysconf('SC_NPROCESSORS_ONLN')} here"
    )
    start_and_join(there)
    lock_and_unlock()
    hand_over(there)
    queue_batched(there)
    queue_single(there)
    pipe(there)
    pool(there)
    print(f"load {os.getloadavg()[0]:.1f} after")
