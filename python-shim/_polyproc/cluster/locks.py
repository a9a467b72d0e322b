"""`SemLock` for processes on any nodes: what locks, semaphores, conditions, events and barriers are made of.

The cluster's engine holds the semaphore (`SemaphoreObject` in Java); how often a recursive one was acquired is
counted here.
"""

import operator
import os
import threading

from _polyproc.cluster import wire
from _polyproc.ipc.semlock import RECURSIVE_MUTEX, SemLock, warn_of_lost_holder

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any


class Handle:
    """Names a semaphore to other processes."""

    def __init__(self, *fields: "Any") -> None:
        self._fields = fields

    def __reduce__(self):
        return Handle, self._fields

    def semlock(self) -> "ClusterSemLock":
        """The semaphore, for `SemLock._rebuild`."""
        return ClusterSemLock._of(*self._fields)

    def __repr__(self):
        return self._fields[0]


class ClusterSemLock:
    """A semaphore or recursive mutex with the interface of `_multiprocessing.SemLock`."""

    SEM_VALUE_MAX = SemLock.SEM_VALUE_MAX
    name = None

    def __init__(self, kind: int, value: int, maxvalue: int, name: "str | None" = None, unlink: bool = True) -> None:
        if kind not in (0, 1):
            raise ValueError("unrecognized kind")
        if not 0 <= operator.index(value) <= self.SEM_VALUE_MAX:
            raise OSError(22, os.strerror(22))
        self._begin(wire.new_name(), kind, value, maxvalue, False)

    @classmethod
    def _of(cls, *fields):
        self = cls.__new__(cls)
        self._begin(*fields)
        return self

    def _begin(self, key, kind, value, maxvalue, tracked):
        self.kind = kind
        self.maxvalue = maxvalue
        self._key = key
        self._value = value
        self._tracked = tracked
        self._held = 0
        self._thread = None

    @property
    def handle(self) -> "Handle":
        return Handle(self._key, self.kind, self._value, self.maxvalue, self._tracked)

    def portable_state(self) -> tuple:
        """What `synchronize.SemLock` is pickled as: at any time, not only for a child."""
        return self.handle, self.kind, self.maxvalue, None

    def _tell(self, timeout, operation, *arguments):
        return wire.talk(
            timeout, "x", self._key, operation, "t" if self._tracked else "", self._value, self.maxvalue, *arguments
        )

    def acquire(self, block: bool = True, timeout: "float | None" = None) -> bool:
        """Acquires; returns False if it did not within `timeout` seconds."""
        if self.kind == RECURSIVE_MUTEX and self._is_mine():
            self._held += 1
            return True
        if timeout is not None:
            timeout = max(timeout, 0.0)
        waits = block and timeout != 0
        answer = self._tell(timeout if waits else None, "s.acquire", int(waits))
        if answer[0] != wire.DONE:
            return False
        self._held += 1
        self._thread = threading.get_ident()
        if answer[1]:
            warn_of_lost_holder(self, _pid(answer[1]))
        return True

    def release(self) -> None:
        if self.kind == RECURSIVE_MUTEX:
            if not self._is_mine():
                raise AssertionError("attempt to release recursive lock not owned by thread")
            if self._held > 1:
                self._held -= 1
                return
        self._held -= 1
        if self._tell(None, "s.release")[0] == wire.REFUSED:
            self._held += 1
            raise ValueError("semaphore or lock released too many times")

    def __enter__(self):
        return self.acquire()

    def __exit__(self, *exc_info):
        self.release()

    def _count(self):
        return self._held

    def _is_mine(self):
        return self._held > 0 and self._thread == threading.get_ident()

    def _get_value(self):
        return int(self._tell(None, "s.value")[1])

    def _is_zero(self):
        return self._get_value() == 0

    def track(self) -> None:
        """What a lost process has acquired passes on."""
        self._tracked = True

    def use_for_places(self) -> None:
        """Only queues of one machine have such."""

    def enlist(self) -> bool:
        return self._tell(None, "s.enlist")[0] == wire.DONE

    def delist(self) -> bool:
        return self._tell(None, "s.delist")[0] == wire.DONE

    def delist_gone(self) -> int:
        return int(self._tell(None, "s.gone")[1])

    def _after_fork(self):
        self._held = 0


def _pid(process):
    """The process id in a process's name."""
    return process.decode().rpartition("#")[2].partition(".")[0]
