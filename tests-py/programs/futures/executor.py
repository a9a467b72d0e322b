# conformance: ProcessPoolExecutor: submit, map, exceptions, initializer, a broken pool
# methods: fork spawn forkserver
from concurrent.futures import ProcessPoolExecutor, as_completed, wait
from concurrent.futures.process import BrokenProcessPool
import multiprocessing as mp
import os
import sys
import time

state = None


def initialize(value):
    global state
    state = value


def square(x):
    return x * x, state, mp.current_process().name.split('-')[0], os.getpid() != os.getppid()


def fails(text):
    raise LookupError(text)


def dies():
    os._exit(3)


if __name__ == '__main__':
    ctx = mp.get_context(sys.argv[1])
    with ProcessPoolExecutor(2, mp_context=ctx, initializer=initialize, initargs=('set',)) as executor:
        print(executor.submit(square, 3).result(60))
        print(list(executor.map(pow, range(4), [2] * 4)), list(executor.map(abs, [-1, -2], chunksize=2)))
        futures = [executor.submit(abs, -i) for i in range(3)]
        print(sorted(f.result() for f in as_completed(futures, 60)), len(wait(futures).done))
        failed = executor.submit(fails, 'remote')
        error = failed.exception(60)
        print(repr(error), type(error.__cause__).__name__, 'in fails' in str(error.__cause__))
        slow = executor.submit(time.sleep, 1)
        try:
            slow.result(0.1)
        except TimeoutError as error:
            print('TimeoutError', slow.done(), slow.running() or 'not yet running')
    print(slow.done(), slow.result())
    try:
        executor.submit(abs, 1)
    except RuntimeError as error:
        print('RuntimeError:', error)

    with ProcessPoolExecutor(1, mp_context=ctx) as executor:
        try:
            executor.submit(dies).result(60)
        except BrokenProcessPool as error:
            print('BrokenProcessPool:', error)
        try:
            executor.submit(abs, 1)
        except BrokenProcessPool as error:
            print('BrokenProcessPool:', error)
