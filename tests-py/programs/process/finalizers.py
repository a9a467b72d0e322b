# conformance: util.Finalize: order, cancelling, the registry, and callbacks while other threads register more
# methods: fork spawn forkserver
import multiprocessing as mp
import random
import threading
import time
from multiprocessing import util


class Thing:
    def __init__(self):
        self.itself = self
        util.Finalize(self, str, exitpriority=random.randint(1, 100))


def said(text):
    print('finalized', text, flush=True)


def run_and_make(seconds):
    errors = []
    end = time.monotonic() + seconds

    def repeat(action):
        try:
            while time.monotonic() < end:
                action()
        except Exception as error:
            errors.append(error)

    kept = {}

    def make():
        kept[random.getrandbits(5)] = {Thing() for _ in range(10)}

    threads = [threading.Thread(target=repeat, args=(action,)) for action in (util._run_finalizers, make, make)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return errors


def child():
    for priority in 3, 1, None, 2, 2:
        util.Finalize(None if priority else child, said, args=(f'{priority} in the child',), exitpriority=priority)
    print('the child ends', flush=True)


if __name__ == '__main__':
    before = len(util._finalizer_registry)
    one, other = (util.Finalize(None, said, args=(name,), exitpriority=5) for name in ('one', 'other'))
    print(len(util._finalizer_registry) - before, one.still_active(), other.still_active())
    print(other.cancel(), other.still_active(), other(), other.cancel())
    print(one(), one.still_active(), one())
    saved = util._finalizer_registry.copy()
    util.Finalize(None, said, args=('not this',), exitpriority=9)
    util._finalizer_registry.clear()
    util._finalizer_registry.update(saved)
    print(len(util._finalizer_registry) == before, list(util._finalizer_registry) == list(saved))
    print(run_and_make(2))
    process = mp.Process(target=child)
    process.start()
    process.join()
    print(process.exitcode)
