# package: pebble
"""Pools whose tasks have time limits, decorated functions, and tasks that are cancelled or die."""

import os
import time
from concurrent.futures import CancelledError, TimeoutError

from pebble import ProcessExpired, ProcessPool, ThreadPool, concurrent


@concurrent.process(timeout=30)
def add(a, b):
    return a + b


@concurrent.process(timeout=1)
def sleep_for_long():
    time.sleep(60)


def sleep(seconds):
    time.sleep(seconds)
    return seconds


def leave(status):
    os._exit(status)


def attempt(future):
    try:
        return future.result()
    except (TimeoutError, CancelledError, ZeroDivisionError) as e:
        return type(e).__name__
    except ProcessExpired as e:
        return "ProcessExpired", e.exitcode


def main():
    print(add(1, 1).result(), attempt(sleep_for_long()))
    done = []
    with ProcessPool(max_workers=2, max_tasks=5) as pool:
        future = pool.schedule(sleep, args=(0.1,))
        future.add_done_callback(lambda future: done.append(future.result()))
        print(attempt(future), attempt(pool.schedule(divmod, args=(1, 0))))
        print(attempt(pool.schedule(sleep, args=(60,), timeout=1)), attempt(pool.schedule(leave, args=(3,))))
        late = pool.schedule(sleep, args=(60,))
        time.sleep(0.5)
        late.cancel()
        print(attempt(late))
        print(list(pool.map(abs, range(-6, 0), chunksize=2, timeout=30).result()))
    print(done)
    pool = ProcessPool(max_workers=1)
    pool.schedule(sleep, args=(60,))
    pool.stop()
    pool.join()
    print(pool.active)
    with ThreadPool(max_workers=2) as threads:
        print(list(threads.map(abs, [-1, -2]).result()))


if __name__ == "__main__":
    main()
