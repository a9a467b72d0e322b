"""The work of a pool: where tasks come from, and how they are written for a worker."""

import collections
import pickle
import threading
import types
from multiprocessing.reduction import ForkingPickler, dumps

from _polyproc.pool.protocol import EACH, ONE, STAR, TASK, VALUE, all_plain, framed

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence
    from typing import Any, TypeAlias

    Source: TypeAlias = "Calls | Elements"

_FEW = 128
_MAX_AHEAD = 256
_SECONDS_AHEAD = 0.004
_SLOW = 0.002
"""Seconds from which on a task is not worth being sent ahead: sending takes a small part of that."""


class PrefetchWindow:
    """How long tasks of a kind take, to tell how many a worker may have at once.

    It follows the quick ones: that a task took long may be due to what else the machine does, and those
    that really wait behind a slow one are revoked.
    """

    def __init__(self) -> None:
        self._seconds: "float | None" = None

    def note(self, seconds: float, count: int) -> None:
        """So many tasks took so long."""
        each = seconds / count
        if self._seconds is None or each <= self._seconds:
            self._seconds = each
        else:
            self._seconds += (min(each, 4 * self._seconds) - self._seconds) / 8

    def ahead(self) -> int:
        """How many tasks a worker may have; 1 unless they are known to be quick."""
        if self._seconds is None or self._seconds > _SLOW:
            return 1
        return min(_MAX_AHEAD, max(1, int(_SECONDS_AHEAD / max(self._seconds, 1e-6))))


class Batch:
    """Consecutive tasks of one job on their way to a worker, with it, or revoked from it."""

    __slots__ = ("source", "job", "index", "items", "failed", "losses")

    def __init__(self, source: "Source", job: "Any", index: int, items: "Sequence[Any]") -> None:
        self.source = source
        self.job = job
        self.index = index
        self.items = items
        self.failed = False
        self.losses = 0  # how many workers were lost with it

    def split(self, count: int) -> "Batch":
        """Cuts off and returns the first tasks."""
        first = Batch(self.source, self.job, self.index, self.items[:count])
        first.losses = self.losses
        self.items = self.items[count:]
        self.index += count
        return first


class Calls:
    """Tasks that carry a function of their own: (index, (function, arguments, keyword arguments))."""

    def __init__(self, job: "Any", calls: "Iterator[Any]", window: PrefetchWindow, timeout: "float | None" = None) -> None:
        self.job = job
        self.window = window
        self.timeout = timeout
        self._calls = calls
        self._next = next(calls, None)

    def is_empty(self) -> bool:
        """Whether there are no tasks, or no more."""
        return self._next is None

    def count(self) -> int:
        """How many tasks there are; 1 if that is not known."""
        return 1

    def take(self, count: int, workers: int) -> "Batch | None":
        """The next tasks, as far as there are any: a batch, or None."""
        if self._next is None:
            return None
        index, call = self._next
        self._next = next(self._calls, None)
        return Batch(self, self.job, index, [call])

    def encode(self, batch: Batch, pickler: "TaskPickler") -> "tuple[int, bytes, bytes]":
        """The tasks' header fields and body."""
        return ONE, b"", pickler.dumps(batch.items[0])

    def describe(self, item: "Any") -> str:
        """A task in words, for errors."""
        function, arguments, keywords = item
        return describe_call(function, arguments, keywords)


class FedCalls(Calls):
    """Calls that a thread takes from an iterator of the program's, which may take its time.

    Any thread may append to `waiting` and call `wait_for_room`.
    """

    def __init__(self, window: PrefetchWindow, timeout: "float | None") -> None:
        super().__init__(None, iter(()), window, timeout)
        self.waiting = collections.deque()
        self.room = threading.Event()
        """Set when only a few are waiting."""

    def is_empty(self) -> bool:
        return not self.waiting

    def take(self, count: int, workers: int) -> "Batch | None":
        if not self.waiting:
            return None
        job, index, *call = self.waiting.popleft()
        if len(self.waiting) == _FEW:
            self.room.set()
        return Batch(self, job, index, [call])

    def wait_for_room(self) -> None:
        """Waits until only a few are waiting."""
        self.room.clear()
        if len(self.waiting) > _FEW:
            self.room.wait()


class Elements:
    """One task for each element: the function is the same, and sent as a key that workers remember."""

    def __init__(
        self,
        job: "Any",
        function: "Callable[..., Any]",
        elements: "Sequence[Any]",
        star: bool,
        each: bool,
        timeout: "float | None" = None,
    ) -> None:
        self.job = job
        self.window = PrefetchWindow()
        self.timeout = timeout
        self._function = function
        self._elements = elements
        self._next = 0
        self._how = (STAR if star else 0) | (EACH if each else 0)
        self._key: "bytes | None" = None

    def is_empty(self) -> bool:
        return self._next == len(self._elements)

    def count(self) -> int:
        return len(self._elements) - self._next

    def take(self, count: int, workers: int) -> "Batch | None":
        left = len(self._elements) - self._next
        if not left:
            return None
        # Towards the end smaller portions, so that the workers finish together.
        count = max(1, min(count, left // (2 * workers)))
        index = self._next
        self._next += count
        return Batch(self, self.job, index, self._elements[index : self._next])

    def encode(self, batch: Batch, pickler: "TaskPickler") -> "tuple[int, bytes, bytes] | None":
        if self._key is None:
            self._key = pickler.dumps(self._function)
        if all_plain(batch.items):
            return self._how, self._key, dumps(tuple(batch.items))
        if len(batch.items) > 1:
            return None
        return self._how | VALUE, self._key, pickler.dumps(batch.items[0])

    def describe(self, item: "Any") -> str:
        star = self._how & STAR
        return describe_call(self._function, item if star else (item,), {})


def message(epoch: int, how: int, key: bytes, body: bytes) -> bytes:
    """The bytes for a worker."""
    return framed(TASK.pack(epoch, how, len(key)), key, body)


def describe_call(function: "Any", arguments: "Any", keywords: "dict[str, Any]") -> str:
    """A call in words, of limited length."""
    from multiprocessing import pool

    if function in (pool.mapstar, pool.starmapstar) and arguments:
        function, chunk = arguments[0]
        return f"{_name(function)} on a chunk of {len(chunk)}, {_short(chunk[0])} …"
    try:
        parts = [*map(_short, arguments), *(f"{name}={_short(value)}" for name, value in keywords.items())]
    except Exception:  # the arguments of `apply` may be any object
        parts = ["…"]
    return f"{_name(function)}({', '.join(parts)})"


def _name(function):
    name = getattr(function, "__qualname__", None) or type(function).__qualname__
    module = getattr(function, "__module__", None)
    return f"{module}.{name}" if module and module != "builtins" else name


def _short(value):
    try:
        text = repr(value)
    except Exception:
        text = object.__repr__(value)
    return text if len(text) <= 60 else text[:59] + "…"


class TaskPickler:
    """Pickles tasks for a pool's workers."""

    def dumps(self, obj: object) -> bytes:
        """The pickle, as bytes."""
        if type(obj) is types.FunctionType and obj.__closure__ is None:
            try:
                return pickle.dumps(obj)  # by its name, nearly always
            except Exception:
                pass  # the words of the error are to be those of below
        return bytes(ForkingPickler.dumps(obj))


class ForkedTaskPickler(TaskPickler):
    """For workers that have a copy of this process's modules: functions without a name travel by value."""

    def dumps(self, obj: object) -> bytes:
        try:
            return super().dumps(obj)
        except Exception as e:
            from _polyproc.pool import functions

            data = functions.dumps(obj)
            if data is None:
                raise e from None
            return data
