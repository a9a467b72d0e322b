#!/usr/bin/env python3
"""Counts what is left of processes, pools, locks and queues that have gone.

    ./polyproc tests-py/soak/leaks.py [--processes 500] [--pools 200] [--objects 1000] [--at-once 64]
                                      [--method fork]

For each kind it makes a tenth of them first, then the rest, and compares descriptors, threads, files in
the temporary folder and in shared memory, and the resident memory of this process, before and after the
rest. Prints a table. Exit status: 0, or 1 if anything grows with the number.
"""

import argparse
import gc
import multiprocessing as mp
import os
import sys
import tempfile
import threading
import time

MEMORY_ALLOWED = 1000  # MiB: a JVM keeps as much garbage as there is alive, and compiles what is hot


def nothing():
    pass


def wait_for(barrier):
    barrier.wait(300)


def one_process(context):
    process = context.Process(target=nothing)
    process.start()
    process.join()
    assert process.exitcode == 0, process.exitcode
    process.close()


def one_pool(context):
    with context.Pool(2) as pool:
        assert pool.map(abs, [-1, -2, -3]) == [1, 2, 3]
    pool.join()


def some_objects(context):
    for lock in context.Lock(), context.RLock(), context.Semaphore(2), context.Condition():
        with lock:
            pass
    context.Event().set()
    full = context.Queue()
    full.put("item")
    assert full.get(timeout=60) == "item"
    full.close()
    full.join_thread()
    simple = context.SimpleQueue()
    simple.put("item")
    assert simple.get() == "item"
    reader, writer = context.Pipe(duplex=False)
    writer.send("item")
    assert reader.recv() == "item"
    value = context.Value("i", 7)
    assert value.value == 7


def all_at_once(context, count):
    barrier = context.Barrier(count + 1)
    processes = [context.Process(target=wait_for, args=(barrier,)) for _ in range(count)]
    for process in processes:
        process.start()
    barrier.wait(300)
    for process in processes:
        process.join()
        assert process.exitcode == 0, process.exitcode


def resident():
    with open("/proc/self/status") as status:
        return next(int(line.split()[1]) >> 10 for line in status if line.startswith("VmRSS"))


def census():
    """What there is, once what ends in the background has ended."""
    gc.collect()
    time.sleep(1)
    return {
        "descriptors": len(os.listdir("/proc/self/fd")),
        "threads": threading.active_count(),
        "tasks": len(os.listdir("/proc/self/task")),
        "children": len(mp.active_children()),
        "files": len(os.listdir(tempfile.gettempdir())) + len(os.listdir("/dev/shm")),
        "MiB": resident(),
    }


def settled(before):
    """The census; taken again for a while, as long as there is more than before."""
    for _ in range(20):
        after = census()
        if all(after[name] <= before[name] for name in before if name != "MiB"):
            break
    return after


def measure(name, count, make):
    started = time.monotonic()
    for _ in range(max(1, count // 10)):
        make()
    before = census()
    for _ in range(count - count // 10):
        make()
    after = settled(before)
    seconds = time.monotonic() - started
    growth = {what: after[what] - before[what] for what in after}
    # A few threads of the JVM's come and go; one for each would be hundreds.
    allowed = {"MiB": MEMORY_ALLOWED, "tasks": 8, "descriptors": 8}
    leaks = [what for what, more in growth.items() if more > allowed.get(what, 0)]
    print(
        f"{count:6} {name:20} {seconds:7.1f} s  "
        + "  ".join(f"{what} {after[what]} ({more:+})" for what, more in growth.items())
        + (f"  LEAKS: {', '.join(leaks)}" if leaks else ""),
        flush=True,
    )
    return not leaks


def main():
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--processes", type=int, default=500)
    parser.add_argument("--pools", type=int, default=200)
    parser.add_argument("--objects", type=int, default=1000, help="times four locks, an event, two queues …")
    parser.add_argument("--at-once", type=int, default=64)
    parser.add_argument("--method", default="fork")
    options = parser.parse_args()
    context = mp.get_context(options.method)
    one_process(context)
    clean = [
        measure("processes", options.processes, lambda: one_process(context)),
        measure("pools", options.pools, lambda: one_pool(context)),
        measure("sets of objects", options.objects, lambda: some_objects(context)),
        measure(f"times {options.at_once} at once", 4, lambda: all_at_once(context, options.at_once)),
    ]
    return 0 if all(clean) else 1


if __name__ == "__main__":
    sys.exit(main())
