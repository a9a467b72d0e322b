# package: billiard
"""Celery's copy of `multiprocessing`: processes, a queue, and its pool with time limits."""

import os
import time

import billiard
from billiard.einfo import ExceptionWithTraceback
from billiard.pool import Pool


def square(number):
    return number * number


def sleep(seconds):
    time.sleep(seconds)
    return seconds


def leave(status):
    os._exit(status)


def put(queue, number):
    queue.put((billiard.current_process().name, number))


def attempt(result):
    try:
        return result.get(timeout=30)
    except ExceptionWithTraceback as e:
        return repr(e.exc)


def main():
    print(billiard.__version__)
    queue = billiard.Queue()
    processes = [billiard.Process(target=put, args=(queue, number), name=f"p{number}") for number in range(2)]
    for process in processes:
        process.start()
    print(sorted(queue.get(timeout=30) for _ in processes))
    for process in processes:
        process.join()
    print([process.exitcode for process in processes])

    # billiard 4.1.0's look at time limits fails if a map goes on for a second.
    unlimited = Pool(2)
    print(unlimited.map(square, range(8)), unlimited.apply(square, (9,)))
    unlimited.terminate()
    unlimited.join()

    pool = Pool(2, timeout=60)
    print(attempt(pool.apply_async(sleep, (30,), timeout=1)))
    print(attempt(pool.apply_async(leave, (3,), lost_worker_timeout=1)))
    print(pool.apply_async(square, (10,)).get(timeout=30))
    pool.terminate()
    pool.join()


if __name__ == "__main__":
    main()
