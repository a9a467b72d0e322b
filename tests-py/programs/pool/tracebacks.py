# conformance: frames of an exception that came from another thread can be cleared
import traceback
from multiprocessing.pool import ThreadPool


def failing(n):
    raise ValueError(n)


def items():
    yield 1
    raise KeyError('items')


def attempt(label, action):
    try:
        action()
    except Exception as e:
        traceback.clear_frames(e.__traceback__)
        print(label, repr(e))


with ThreadPool(2) as pool:
    for i in range(20):
        attempt('apply', lambda: pool.apply(failing, (i,)))
        attempt('imap', lambda: list(pool.imap(str, items())))
        attempt('imap_unordered', lambda: list(pool.imap_unordered(str, items())))
