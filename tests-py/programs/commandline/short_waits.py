# conformance: time.sleep(0) and a get_nowait cost next to nothing
import multiprocessing as mp
import queue
import time


def quick(label, action):
    start = time.monotonic()
    for _ in range(60):
        action()
    waited = time.monotonic() - start
    print(label, 'quick' if waited < 30 else 'took %.1f s' % waited)


def get_nowait():
    try:
        q.get_nowait()
    except queue.Empty:
        pass


q, lock, event = mp.Queue(), mp.Lock(), mp.Event()
here, there = mp.Pipe()
quick('sleep(0)', lambda: time.sleep(0))
quick('get_nowait', get_nowait)
quick('acquire and release', lambda: (lock.acquire(), lock.release()))
quick('acquire(timeout=0)', lambda: (lock.acquire(timeout=0), lock.release()))
quick('is_set', event.is_set)
quick('wait(0)', lambda: event.wait(0))
quick('poll', here.poll)
