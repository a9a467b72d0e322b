#!/usr/bin/env python3
"""Measures one area of `multiprocessing`, under any Python.

    tests-py/bench/areas.py AREA [--method fork|spawn|forkserver] [--seconds S] [--workers N]
    tests-py/bench/areas.py --list

An area's work is done in small batches, again and again for so many seconds. `cold` is the first batch;
`warm` the median of the last third, when a just-in-time compiler has had its time. Prints one JSON object;
`compare.py` runs all areas under several Pythons and compares.
"""

import argparse
import json
import multiprocessing
import statistics
import sys
import time

import memory

SMALL = [42, None, "hello"]
WORKERS = 2
AREAS = {}


def area(unit, better="lower"):
    """Registers a function (context, seconds, workers) → figures as the area of its name."""

    def register(function):
        AREAS[function.__name__] = {"measure": function, "unit": unit, "better": better}
        return function

    return register


def batches(seconds, batch):
    """Runs a batch, which returns a figure, for so many seconds; returns the cold and the warm figure."""
    end = time.perf_counter() + seconds
    figures = [batch()]
    while time.perf_counter() < end or len(figures) < 3:
        figures.append(batch())
    return {"cold": figures[0], "warm": statistics.median(figures[-(len(figures) // 3) :]), "batches": len(figures)}


def timed(count, work):
    """How long `work(count)` takes for each of `count`."""
    begin = time.perf_counter()
    work(count)
    return (time.perf_counter() - begin) / count


class Child:
    """A process that does `work(count, *args)` each time it is told to."""

    def __init__(self, context, work, *args):
        self._connection, there = context.Pipe()
        self.process = context.Process(target=_obey, args=(there, work, args))
        self.process.start()

    def begin(self, count):
        self._connection.send(count)

    def wait(self):
        self._connection.recv()

    def end(self):
        self._connection.send(None)
        self.process.join()


def against(child, seconds, count, work, figure):
    """Does work of so many steps with a child that does the same; figure: of the seconds for a step."""

    def batch():
        child.begin(count)
        found = figure(timed(count, work))
        child.wait()
        return found

    figures = batches(seconds, batch)
    child.end()
    return figures


def _obey(connection, work, args):
    while (count := connection.recv()) is not None:
        work(count, *args)
        connection.send("done")


def nothing(*args):
    """What a process or a task does where only the way there is measured."""


# --- Processes


@area("ms")
def start_join(context, seconds, workers):
    def batch():
        begin = time.perf_counter()
        process = context.Process(target=nothing)
        process.start()
        process.join()
        return 1000 * (time.perf_counter() - begin)

    return batches(seconds, batch)


# --- Connections and queues


@area("µs")
def pipe_round_trip(context, seconds, workers):
    here, there = context.Pipe()
    child = Child(context, _echo, there)

    def exchange(count):
        send, recv = here.send, here.recv
        for _ in range(count):
            send(SMALL)
            recv()

    return against(child, seconds, 500, exchange, lambda each: 1e6 * each)


def _echo(count, connection):
    for _ in range(count):
        connection.send(connection.recv())


@area("k/s", "higher")
def queue_small(context, seconds, workers):
    queue = context.Queue()
    child = Child(context, _produce, queue)

    def consume(count):
        for _ in range(count):
            queue.get()

    return against(child, seconds, 5000, consume, lambda each: 1e-3 / each)


def _produce(count, queue):
    for number in range(count):
        queue.put(number)


@area("MiB/s", "higher")
def pipe_bulk(context, seconds, workers):
    here, there = context.Pipe()
    return _bulk(Child(context, _repeat_bulk, there.send), seconds, here.recv)


@area("MiB/s", "higher")
def queue_bulk(context, seconds, workers):
    queue = context.Queue()
    return _bulk(Child(context, _repeat_bulk, queue.put), seconds, queue.get)


def _bulk(child, seconds, receive_one):
    def receive(count):
        for _ in range(count):
            if len(receive_one()) != 1 << 20:
                raise AssertionError("not what was sent")

    return against(child, seconds, 32, receive, lambda each: 1 / each)


def _repeat_bulk(count, send):
    content = b"x" * (1 << 20)
    for _ in range(count):
        send(content)


# --- Locks and shared values


@area("µs")
def lock_alone(context, seconds, workers):
    lock, value = context.Lock(), context.RawValue("i")
    return batches(seconds, lambda: 1e6 * timed(20000, lambda count: _add(count, lock, value)))


@area("s")
def lock_two(context, seconds, workers):
    """100,000 additions by two processes."""
    lock, value = context.Lock(), context.RawValue("i")
    children = [Child(context, _add, lock, value) for _ in range(2)]

    def batch():
        before = value.value
        begin = time.perf_counter()
        for child in children:
            child.begin(50000)
        for child in children:
            child.wait()
        figure = time.perf_counter() - begin
        if value.value - before != 100000:
            raise AssertionError(f"{value.value - before} additions")
        return figure

    figures = batches(seconds, batch)
    for child in children:
        child.end()
    return figures


def _add(count, lock, value):
    for _ in range(count):
        with lock:
            value.value += 1


@area("µs")
def value_with_lock(context, seconds, workers):
    """The idiom of the documentation: `with value.get_lock(): value.value += 1`."""
    value = context.Value("i")

    def add(count):
        for _ in range(count):
            with value.get_lock():
                value.value += 1

    return batches(seconds, lambda: 1e6 * timed(10000, add))


@area("µs")
def array_item(context, seconds, workers):
    """Reading and writing an item of an `Array`."""
    array = context.Array("d", 100)

    def add(count):
        for index in range(count):
            array[index % 100] += 1.5

    return batches(seconds, lambda: 1e6 * timed(10000, add))


# --- Managers


@area("µs")
def manager_dict(context, seconds, workers):
    """One operation: setting and getting in turn."""
    with context.Manager() as manager:
        shared = manager.dict()

        def work(count):
            for number in range(count // 2):
                shared[number % 100] = number
                if shared[number % 100] != number:
                    raise AssertionError(number)

        return batches(seconds, lambda: 1e6 * timed(400, work))


# --- Pools


@area("k/s", "higher")
def pool_small(context, seconds, workers):
    """`map` of a function that does nothing, one task a time."""
    with context.Pool(WORKERS) as pool:
        return batches(seconds, lambda: 1e-3 / timed(2000, lambda count: pool.map(abs, range(count), chunksize=1)))


@area("s")
def pool_computing(context, seconds, workers):
    """`map` of eight tasks that compute, in pure Python."""
    with context.Pool(WORKERS) as pool:

        def batch():
            begin = time.perf_counter()
            if sum(pool.map(count_primes, [12000] * 8)) != 8 * 1438:
                raise AssertionError("wrong number of primes")
            return time.perf_counter() - begin

        return batches(seconds, batch)


def count_primes(limit):
    """The number of primes below a limit, in the plainest way."""
    count = 0
    for number in range(2, limit):
        divisor = 2
        while divisor * divisor <= number:
            if number % divisor == 0:
                break
            divisor += 1
        else:
            count += 1
    return count


# --- Memory


@area("MB")
def memory_idle(context, seconds, workers):
    """A process that waits, beside so many others."""
    children = [Child(context, nothing) for _ in range(workers)]
    for child in children:
        child.begin(1)
        child.wait()
    figure = statistics.mean(memory.of(child.process.pid) for child in children)
    for child in children:
        child.end()
    return {"cold": figure, "warm": figure, "batches": 1}


@area("MB")
def memory_busy(context, seconds, workers):
    """A process that has computed and sent objects for so many seconds."""
    here, there = context.Pipe()
    children = [Child(context, _be_busy, there) for _ in range(workers)]
    for child in children:
        child.begin(seconds)
    for child in children:
        child.wait()
    figure = statistics.mean(memory.of(child.process.pid) for child in children)
    for child in children:
        child.end()
    return {"cold": figure, "warm": figure, "batches": 1}


def _be_busy(seconds, connection):
    from multiprocessing.reduction import ForkingPickler

    end = time.monotonic() + seconds
    while time.monotonic() < end:
        count_primes(2000)
        ForkingPickler.loads(ForkingPickler.dumps([SMALL] * 100))


def main():
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("area", nargs="?", choices=AREAS)
    parser.add_argument("--list", action="store_true", help="print the areas and their units")
    parser.add_argument("--method", choices=("fork", "spawn", "forkserver"), default="fork")
    parser.add_argument("--seconds", type=float, default=5, help="how long to measure")
    parser.add_argument("--workers", type=int, default=1, help="of memory_idle and memory_busy")
    options = parser.parse_args()
    if options.list or not options.area:
        for name, found in AREAS.items():
            print(f"{name:16} {found['unit']:6} {found['better']} is better")
        return
    context = multiprocessing.get_context(options.method)
    found = AREAS[options.area]
    figures = found["measure"](context, options.seconds, options.workers)
    print(
        json.dumps(
            {
                "area": options.area,
                "method": options.method,
                "unit": found["unit"],
                "implementation": sys.implementation.name,
                **figures,
            }
        )
    )


if __name__ == "__main__":
    main()
