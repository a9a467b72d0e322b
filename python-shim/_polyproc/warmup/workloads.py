"""What a process does before its image is written, so that its compiler has seen the hot paths.

Each piece is done again and again, in short steps, until the compiler has had it. Nothing of it leaves a
trace: connections are closed, and what a piece changes of a module is put back.
"""

import contextlib
import gc
import itertools
import os
import tempfile
import threading
import time
from multiprocessing import util
from multiprocessing.connection import Client

from _polyproc.boot import entry, main
from _polyproc.pool.worker_main import WorkerEndpoint
from _polyproc.process import popen
from _polyproc.warmup.process_rounds import nothing_changed

_STEP_SECONDS = 0.5
_STEPS = 4
"""Of each piece."""

_MESSAGES = (
    42,
    None,
    "hello",
    2.5,
    b"bytes",
    True,
    [42, None, "hello"],
    (1, "two", 3.0),
    {"a": 1, "b": [2, 3]},
    ("task", 7, "function", (1, 2), {}),
    list(range(20)),
    10**20,
    "x" * 300,
)


def step(briefly: bool = False) -> bool:
    """Does a little of it; returns whether there may be more before the next pass.

    briefly: a few times, instead of for half a second, so that nothing gets hot.

    The next step after that begins the next pass.
    """
    piece = next(_plan, None)
    if piece is None:
        return False
    import multiprocessing

    with nothing_changed(), piece(multiprocessing.get_context("spawn")) as again:
        if briefly:
            again()
            again()
        else:
            end = time.monotonic() + _STEP_SECONDS
            while time.monotonic() < end:
                again()
    return True


@contextlib.contextmanager
def _computing(context):
    yield _compute


def _compute():
    _fibonacci(14)
    _primes(400)
    _words()
    _Account.transfer_all()
    _matrix(8)


def _fibonacci(n):
    return n if n < 2 else _fibonacci(n - 1) + _fibonacci(n - 2)


def _primes(limit):
    sieve = [True] * limit
    for i in range(2, limit):
        if sieve[i]:
            for j in range(i * i, limit, i):
                sieve[j] = False
    return sum(1 for i, prime in enumerate(sieve) if prime and i > 1)


def _words():
    counts = {}
    for word in "the quick brown fox jumps over the lazy dog while the cat looks on".split() * 3:
        counts[word] = counts.get(word, 0) + 1
    ranked = sorted(counts.items(), key=lambda item: (-item[1], item[0]))
    return "-".join(f"{word}:{count}" for word, count in ranked)


class _Account:
    def __init__(self, balance):
        self.balance = balance

    def move(self, other, amount):
        if amount > self.balance:
            raise ValueError(amount)
        self.balance -= amount
        other.balance += amount

    @classmethod
    def transfer_all(cls):
        accounts = [cls(float(i)) for i in range(20)]
        for one, other in zip(accounts, accounts[1:]):
            try:
                one.move(other, 3)
            except ValueError:
                pass
        return max(account.balance for account in accounts)


def _matrix(n):
    a = [[i * j + 0.5 for j in range(n)] for i in range(n)]
    return [[sum(a[i][k] * a[k][j] for k in range(n)) for j in range(n)] for i in range(n)]


@contextlib.contextmanager
def _connections(context):
    here, there = context.Pipe()

    def again():
        for message in _MESSAGES:
            here.send(message)
            there.send(there.recv())
            here.poll()
            here.recv()

    with here, there:
        yield again


@contextlib.contextmanager
def _queues(context):
    queue, simple = context.Queue(), context.SimpleQueue()

    def again():
        for message in _MESSAGES:
            queue.put(message)
            simple.put(message)
            queue.get()
            simple.get()

    yield again
    queue.close()
    simple.close()


@contextlib.contextmanager
def _locks(context):
    lock, recursive, semaphore = context.Lock(), context.RLock(), context.Semaphore(2)

    def again():
        for _ in range(20):
            with lock:
                pass
            with recursive, semaphore:
                pass
            lock.acquire()
            lock.release()

    yield again


@contextlib.contextmanager
def _shared_numbers(context):
    from multiprocessing.heap import BufferWrapper, Heap

    heap, BufferWrapper._heap = BufferWrapper._heap, Heap()
    others = set(util._finalizer_registry)
    value, array = context.Value("i", 0), context.Array("d", 10)

    def again():
        for i in range(10):
            with value.get_lock():
                value.value += 1
            array[i] = i
            array[i] += value.value
        value.value = 0

    yield again
    for key, finalizer in list(util._finalizer_registry.items()):
        if key not in others:
            finalizer()
    BufferWrapper._heap = heap


@contextlib.contextmanager
def _pool(context):
    from multiprocessing.pool import Pool

    class ThreadedPool(Pool):
        Process = staticmethod(_Worker)

    pool = ThreadedPool(1, context=context)

    def again():
        pool.map(_identity, range(100), chunksize=1)
        pool.map(_identity, range(100))
        for _ in pool.imap_unordered(_identity, range(20)):
            pass
        for result in [pool.apply_async(_identity, (i,)) for i in range(10)]:
            result.get()

    yield again
    pool.close()
    pool.join()


def _identity(value):
    return value


class _Worker:
    """A thread in the place of a pool's worker process."""

    def __init__(self, context, target, args):
        self.name = "Process"
        self.pid = self.exitcode = None
        self._target = target
        self._end, *self._arguments = args
        self._thread = threading.Thread(target=self._run, daemon=True)
        self.sentinel, self._alive = os.pipe()

    def start(self):
        self.pid = os.getpid()
        self._end = WorkerEndpoint(*map(_Duplicate, self._end.descriptors()))
        self._thread.start()

    def _run(self):
        try:
            self._target(self._end, *self._arguments)
        finally:
            self.exitcode = 0
            os.close(self._alive)

    def join(self, timeout=None):
        self._thread.join(timeout)
        if self.sentinel is not None:
            os.close(self.sentinel)
            self.sentinel = None

    def is_alive(self):
        return self._thread.is_alive()

    def terminate(self):
        """It ends when its pool is gone."""

    kill = terminate


class _Duplicate:
    def __init__(self, fd):
        self._fd = os.dup(fd)

    def detach(self):
        return self._fd


@contextlib.contextmanager
def _manager(context):
    from multiprocessing.managers import BaseProxy, SyncManager

    with tempfile.TemporaryDirectory(prefix="polyproc-warmup-") as folder:
        address = os.path.join(folder, "manager")
        server = _Server(SyncManager(address, b"warm-up", ctx=context).get_server())
        client = SyncManager(address, b"warm-up", ctx=context)
        client.connect()
        shared, items, namespace = client.dict(), client.list(), client.Namespace()

        def again():
            for message in _MESSAGES:
                shared["key"] = message
                shared["key"]
                items.append(message)
                items[0]
                namespace.value = message
                namespace.value
            len(shared)
            items[:] = []

        yield again
        for proxy in shared, items, namespace:
            proxy._close()
        BaseProxy._address_to_local.pop(address, None)
        server.close()
        gc.collect()  # closes what the standard library forgets about


class _Server:
    """A manager's server, but one that ends without its process."""

    def __init__(self, server):
        self._server = server
        server.stop_event = threading.Event()
        self._closing = False
        self._thread = threading.Thread(target=self._accept, daemon=True)
        self._thread.start()

    def _accept(self):
        while not self._closing:
            connection = self._server.listener.accept()
            threading.Thread(target=self._serve, args=(connection,), daemon=True).start()

    def _serve(self, connection):
        with contextlib.suppress(SystemExit), connection:
            if not self._closing:
                self._server.handle_request(connection)

    def close(self):
        self._closing = True
        Client(self._server.address).close()
        self._thread.join()
        self._server.listener.close()


_SOURCES = {
    "program.py": """
import os.path
import plain
from collections import OrderedDict, namedtuple
from package import inner
from package.inner import value
assert plain.name == "plain" and value == inner.value == 7 and __name__ == "__main__"
""",
    "plain.py": "import sys\nfrom os import path\nname = __name__\n",
    "package/__init__.py": "from . import inner\nfrom .inner import value as other\n",
    "package/inner.py": "import functools\n\n\nclass Inner:\n    pass\n\n\nvalue = 7\n",
}


@contextlib.contextmanager
def _programs(context):
    """The start of a program, its imports and its end."""
    with tempfile.TemporaryDirectory(prefix="polyproc-warmup-") as folder:
        os.mkdir(os.path.join(folder, "package"))
        for name, source in _SOURCES.items():
            with open(os.path.join(folder, name), "w", encoding="utf-8") as file:
                file.write(source)
        program = os.path.join(folder, "program.py")
        around = popen.surroundings(())
        environment = [text for variable in os.environ.items() for text in variable]

        def again():
            with nothing_changed():
                entry.become(environment, around["cwd"], around["umask"], [], [], [], [])
                if main.run("script", program, ["argument"]):
                    raise AssertionError("the program of a warm-up has failed")

        yield again


PIECES = _manager, _programs, _computing, _connections, _queues, _locks, _shared_numbers, _pool
"""The one that collects garbage comes first: what is called after that has been called since the last collection."""


def _plan_all():
    for steps in itertools.chain([_STEPS], itertools.repeat(1)):
        yield from (piece for piece in PIECES for _ in range(steps))
        yield None


_plan = _plan_all()
