# conformance: initializer, maxtasksperchild, context manager, close, terminate
# methods: fork spawn
import multiprocessing as mp
import os
import sys
import time

state = None


def initialize(value, queue):
    global state
    state = value
    queue.put(mp.current_process().daemon)


def get_state(_):
    return state


def pid(_):
    return os.getpid()


def attempt(label, action):
    try:
        print(label, '->', action())
    except Exception as error:
        print(label, '->', type(error).__name__, error)


if __name__ == '__main__':
    ctx = mp.get_context(sys.argv[1])
    print('-- initializer')
    q = ctx.Queue()
    with ctx.Pool(2, initialize, ('initialized', q)) as pool:
        print(pool.map(get_state, range(3)), q.get(timeout=60), q.get(timeout=60))
        print(len(mp.active_children()))
    attempt('after with', lambda: pool.map(get_state, [1]))
    attempt('with again', pool.__enter__)
    pool.join()
    print(len(mp.active_children()))

    print('-- maxtasksperchild')
    with ctx.Pool(1, maxtasksperchild=2) as pool:
        pids = [pool.apply(pid, (0,)) for _ in range(4)]
        print(pids[0] == pids[1], pids[1] != pids[2], pids[2] == pids[3], len(set(pids)))

    print('-- close lets the work end')
    pool = ctx.Pool(2)
    results = [pool.apply_async(time.sleep, (0.3,)) for _ in range(4)]
    pool.close()
    attempt('closed', lambda: pool.apply_async(pid, (0,)))
    pool.join()
    print([r.ready() for r in results], mp.active_children())

    print('-- terminate does not')
    pool = ctx.Pool(2)
    start = time.monotonic()
    results = [pool.apply_async(time.sleep, (60,)) for _ in range(4)]
    time.sleep(0.2)
    pool.terminate()
    pool.join()
    print(time.monotonic() - start < 30, [r.ready() for r in results], mp.active_children())
    attempt('terminated', lambda: pool.apply_async(pid, (0,)))
    attempt('join again', pool.join)
