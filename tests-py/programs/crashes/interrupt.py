# conformance: Ctrl-C ends a pool's program in seconds, with one traceback, main's, and all that has to run at its end
# methods: fork spawn forkserver
# polyproc-only: CPython prints a traceback of each worker too
# signal: INT to group after "ready"
# exit: 130
# stderr: recorded
import atexit
import multiprocessing as mp
import sys
import threading
import time


def begin(started):
    with started.get_lock():
        started.value += 1


def wait(n):
    time.sleep(1000)


def say_when_ready(started, workers):
    while started.value < workers:
        time.sleep(0.05)
    time.sleep(1)
    print('ready', flush=True)


if __name__ == '__main__':
    ctx = mp.get_context(sys.argv[1])
    atexit.register(lambda: print('atexit', flush=True))
    started = ctx.Value('i', 0)
    threading.Thread(target=say_when_ready, args=(started, 4), daemon=True).start()
    try:
        with ctx.Pool(4, begin, (started,)) as pool:
            pool.map(wait, range(8))
    finally:
        print('finally', mp.active_children(), flush=True)
