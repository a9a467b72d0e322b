"""Queues for processes on any nodes: the cluster's engine holds the items (`QueueObject` in Java).

What was put is accepted once the engine has it on two nodes. A feeder thread sends the items of a queue without a
limit in batches, as CPython's does one by one.
"""

import collections
import threading
import weakref
from multiprocessing import queues
from multiprocessing.reduction import ForkingPickler, dumps
from multiprocessing.util import Finalize, register_after_fork
from queue import Empty, Full

from _polyproc.cluster import wire

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

_BATCH_ITEMS = 500
_BATCH_BYTES = 1 << 18
_MAX_BYTES = 1 << 25


def become(queue: "Any", maxsize: int) -> None:
    """Makes a queue that is just being made one of the cluster's."""
    cls = type(queue)
    queue.__class__ = _class_of(cls)
    queue._begin(wire.new_name(), max(0, maxsize))


_classes = {}


def _class_of(cls):
    if cls not in _classes:
        base = SimpleQueue if issubclass(cls, queues.SimpleQueue) else Queue
        _classes[cls] = type(cls.__name__, (base, cls), {"__module__": cls.__module__, "__qualname__": cls.__qualname__})
    return _classes[cls]


def rebuild(name: str, key: str, maxsize: int) -> "Any":
    """A queue that another process has sent."""
    cls = _class_of(getattr(queues, name))
    queue = cls.__new__(cls)
    queue._begin(key, maxsize)
    return queue


class _Held:
    """What both kinds of queues have."""

    def _begin(self, key, maxsize):
        self._key = key
        self._maxsize = maxsize
        self._closed = False
        self._results = None

    def __reduce__(self):
        joinable = isinstance(self, queues.JoinableQueue)
        name = "SimpleQueue" if isinstance(self, queues.SimpleQueue) else "JoinableQueue" if joinable else "Queue"
        return rebuild, (name, self._key, self._maxsize)

    def _tell(self, timeout, operation, *arguments):
        return wire.talk(timeout, "x", self._key, operation, self._maxsize, *arguments)

    def _take(self, block, timeout):
        """The next item's bytes; raises Empty."""
        if timeout is not None:
            timeout = max(timeout, 0.0)
        waits = bool(block) and timeout != 0
        answer = self._tell(timeout if waits else None, "q.get", int(waits))
        if answer[0] != wire.DONE:
            raise Empty
        return ForkingPickler.loads(answer[1])

    def _send(self, data, block=True, timeout=None):
        if timeout is not None:
            timeout = max(timeout, 0.0)
        waits = bool(block) and timeout != 0
        if self._tell(timeout if waits else None, "q.put", int(waits), data)[0] != wire.DONE:
            raise Full

    def qsize(self):
        return int(self._tell(None, "q.size")[1])

    def empty(self):
        return self.qsize() == 0

    @property
    def _reader(self):
        """For who waits for this queue and other things at once: only one process may."""
        if self._results is None:
            self._results = _Results(self._key)
        return self._results

    @property
    def _writer(self):
        return self


def _pickled(obj):
    data = dumps(obj)
    if len(data) > _MAX_BYTES:
        raise ValueError(
            f"an object of {len(data)} bytes is too large for a queue between nodes, which takes "
            f"{_MAX_BYTES}: send it through a Pipe or a manager"
        )
    return bytes(data)


class Queue(_Held):
    """Stands before `multiprocessing.queues.Queue` in the class of such a queue."""

    def _begin(self, key, maxsize):
        super()._begin(key, maxsize)
        self._ignore_epipe = False
        self._after_fork()
        register_after_fork(self, Queue._after_fork)

    def _after_fork(self):
        self._feeder = None
        self._joincancelled = False
        self._starting = threading.Lock()

    def put(self, obj: "Any", block: bool = True, timeout: "float | None" = None) -> None:
        if self._closed:
            raise ValueError(f"Queue {self!r} is closed")
        try:
            data = _pickled(obj)
        except Exception as e:
            self._on_queue_feeder_error(e, obj)
            return
        if self._maxsize:
            self._send(data, block, timeout)
            return
        if self._feeder is None:
            with self._starting:
                if self._feeder is None:
                    self._feeder = _Feeder(self._key, self._joincancelled)
        self._feeder.put(data)

    def get(self, block: bool = True, timeout: "float | None" = None) -> "Any":
        if self._closed:
            raise ValueError(f"Queue {self!r} is closed")
        return self._take(block, timeout)

    def full(self) -> bool:
        return bool(self._maxsize) and self.qsize() >= self._maxsize

    def close(self) -> None:
        self._closed = True
        if self._feeder is not None:
            self._feeder.close()

    def join_thread(self) -> None:
        assert self._closed, f"Queue {self!r} not closed"
        if self._feeder is not None:
            self._feeder.join()

    def cancel_join_thread(self) -> None:
        self._joincancelled = True
        if self._feeder is not None:
            self._feeder.cancel_join()

    def _terminate_broken(self):
        self.close()

    def task_done(self) -> None:
        if self._tell(None, "q.done")[0] != wire.DONE:
            raise ValueError("task_done() called too many times")

    def join(self) -> None:
        if self._feeder is not None:
            self._feeder.flush()
        self._tell(None, "q.join", 1)


class SimpleQueue(_Held):
    """Stands before `multiprocessing.queues.SimpleQueue`."""

    def get(self) -> "Any":
        return self._take(True, None)

    def put(self, obj: "Any") -> None:
        self._send(_pickled(obj))

    def close(self) -> None:
        self._closed = True
        if self._results is not None:
            self._results.close()


class _Feeder:
    """The thread that sends what this process puts into one queue."""

    def __init__(self, key, joincancelled):
        self._key = key
        self._items = collections.deque()
        self._change = threading.Condition()
        self._closed = False
        self._sending = False
        self._error = None
        self._thread = threading.Thread(target=self._run, name="QueueFeederThread", daemon=True)
        self._thread.start()
        self._finalizer = None
        if not joincancelled:
            self._finalizer = Finalize(self, _finish, [weakref.ref(self)], exitpriority=-5)

    def put(self, data):
        with self._change:
            if self._error is not None:
                raise self._error
            self._items.append(data)
            if len(self._items) == 1:
                self._change.notify_all()

    def _run(self):
        while (batch := self._next()) is not None:
            try:
                wire.ask("x", self._key, "q.put", 0, 0, *batch)
            except BaseException as e:
                with self._change:
                    self._error = e
                    self._items.clear()
            with self._change:
                self._sending = False
                self._change.notify_all()

    def _next(self):
        with self._change:
            while not self._items:
                if self._closed:
                    return None
                self._change.wait()
            batch = []
            size = 0
            while self._items and len(batch) < _BATCH_ITEMS and size < _BATCH_BYTES:
                batch.append(self._items.popleft())
                size += len(batch[-1])
            self._sending = True
            return batch

    def flush(self):
        """Waits until all is accepted."""
        with self._change:
            while (self._items or self._sending) and self._thread.is_alive():
                self._change.wait(1.0)

    def close(self):
        with self._change:
            self._closed = True
            self._change.notify_all()

    def join(self):
        self.flush()

    def cancel_join(self):
        if self._finalizer is not None:
            self._finalizer.cancel()


def _finish(reference):
    feeder = reference()
    if feeder is not None:
        feeder.flush()


class _Results:
    """A queue as a connection to receive from: the next item is always asked for."""

    closed = False

    def __init__(self, key):
        wire.enter()
        self._request = wire.pack("x", key, "q.get", 0, 1)
        self._channel = wire.connect("calls", wire.member.process, next(wire._serial))
        self._channel.send_bytes(self._request)

    def fileno(self):
        return self._channel.fileno()

    def recv(self):
        answer = wire.unpack(self._channel.recv_bytes())
        if answer[0] != wire.DONE:
            raise EOFError
        self._channel.send_bytes(self._request)
        return ForkingPickler.loads(answer[1])

    def poll(self, timeout=0.0):
        return self._channel.poll(timeout)

    def close(self):
        if not self.closed:
            self.closed = True
            wire.drop(self._channel)
