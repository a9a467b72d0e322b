# conformance: a task that is lost with its worker is done again as often as its pool says, ours alone
# methods: fork spawn
# mask: (Fork|Spawn)PoolWorker-\d+ => worker
# polyproc-only: CPython's pools lose tasks with their workers
import multiprocessing as mp
import os
import sys


def work(name, deaths):
    """Ends its worker as often as is said; returns at which attempt it did not."""
    with open(name, 'a') as file:
        file.write('x')
    attempts = os.path.getsize(name)
    if attempts <= deaths:
        os._exit(3)
    return attempts


def fail(name):
    with open(name, 'a') as file:
        file.write('x')
    raise KeyError(name)


def attempt(label, action):
    try:
        print(label, '->', action())
    except mp.context.WorkerLostError as error:
        text = str(error).replace('__mp_main__', '__main__').replace(f'pid {error.pid}', 'pid')
        print(label, '->', type(error).__name__, text)
    except Exception as error:
        print(label, '->', type(error).__name__, error)


if __name__ == '__main__':
    ctx = mp.get_context(sys.argv[1])
    with ctx.Pool(2) as pool:
        attempt('none unless asked for', lambda: pool.apply(work, ('a', 1)))
    with ctx.Pool(2, retries=2) as pool:
        attempt('at the third attempt', lambda: pool.apply(work, ('b', 2)))
        attempt('lost too often', lambda: pool.apply(work, ('c', 9)))
        print(os.path.getsize('c'), 'attempts')
        attempts = pool.starmap(work, [(f'd{i}', i % 2) for i in range(6)], 1)
        print('elements ->', [count > i % 2 for i, count in enumerate(attempts)])
        attempt('chunks', lambda: pool.starmap(work, [('e0', 0), ('e1', 1)], 2))
        attempt('an exception', lambda: pool.apply(fail, ('f',)))
        print(os.path.getsize('f'), 'attempt')
    for bad in -1, 1.5:
        attempt(f'retries={bad}', lambda: ctx.Pool(1, retries=bad))
