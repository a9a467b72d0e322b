# conformance: limits of time for tasks, ours alone: a task that takes longer fails, and its worker is replaced
# methods: fork spawn
# mask: (Fork|Spawn)PoolWorker-\d+ => worker
# polyproc-only: CPython's pools have no limits for tasks
import multiprocessing as mp
import sys
import time


def nap(seconds):
    time.sleep(seconds)
    return seconds


def attempt(label, action):
    try:
        print(label, '->', action())
    except mp.TimeoutError as error:
        text = str(error).replace('__mp_main__', '__main__').replace(f'pid {error.pid}', 'pid')
        print(label, '->', type(error).__name__, isinstance(error.pid, int), error.timeout, text)
    except Exception as error:
        print(label, '->', type(error).__name__, error)


if __name__ == '__main__':
    ctx = mp.get_context(sys.argv[1])
    called = []
    with ctx.Pool(1) as pool:
        first = pool._pool[0].pid
        doomed = pool.apply_async(nap, (600,), timeout=0.5, error_callback=lambda e: called.append(type(e).__name__))
        after = pool.apply_async(nap, (0,))
        attempt('apply_async', doomed.get)
        attempt('the next one', after.get)
        print('called back:', called, 'replaced:', pool._pool[0].pid != first)
        attempt('in time', lambda: pool.apply_async(nap, (0.1,), timeout=60).get())
        for bad in 0, -1:
            attempt(f'timeout={bad}', lambda: pool.apply_async(nap, (0,), timeout=bad))
    with ctx.Pool(2, task_timeout=1.0) as pool:
        attempt('map', lambda: pool.map(nap, [0, 600, 0, 0], 1))
        attempt('map in time', lambda: pool.map(nap, [0] * 4, 1))
        results = pool.imap(nap, [0, 600, 0])
        for _ in range(3):
            attempt('imap', lambda: next(results))
        attempt('its own', lambda: pool.apply_async(nap, (1.5,), timeout=60).get())
