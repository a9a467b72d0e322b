"""`SemLock`: arguments in, one Java call, a Python exception out."""

import errno
import itertools
import operator
import os
import time

import _polyproc
from _polyproc.process.descriptors import Handle, call

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

RECURSIVE_MUTEX = 0
"""The kind of an `RLock`."""
_MAX_NAME = 250
_serial = itertools.count()
_SLICE = 0.1
"""Seconds between two looks after signals: a thread inside a Java call is not woken by one."""


class SemaphoreHandle:
    """Where a semaphore lives; pickled, it carries a reference to another process."""

    def __init__(self, semaphore: "Any", kind: int, maxvalue: int) -> None:
        self._semaphore = semaphore
        self._kind = kind
        self._maxvalue = maxvalue

    def __reduce__(self):
        arena = self._semaphore.arena()
        handle = Handle(int(arena.descriptor()))
        self._semaphore.retain()
        return _open, (handle, int(arena.identity()), int(self._semaphore.slot()), self._kind, self._maxvalue)

    def open(self) -> "Any":
        return self._semaphore

    def __repr__(self):
        return f"{int(self._semaphore.arena().identity()) & 0xFFFF:x}:{self._semaphore.slot()}"


class _OpenedHandle:
    """The receiver's end of a SemaphoreHandle."""

    def __init__(self, semaphore):
        self._semaphore = semaphore

    def open(self):
        return self._semaphore


def _open(handle, identity, slot, kind, maxvalue):
    return _OpenedHandle(_polyproc.runtime.openSemaphore(handle.detach(), identity, slot, kind, maxvalue))


def _path(name):
    """The file of a semaphore's name: where Linux has them."""
    if "\0" in name:
        raise ValueError("embedded null character")
    name = name.lstrip("/")
    if not name or "/" in name or len(os.fsencode(name)) > _MAX_NAME:
        raise OSError(errno.EINVAL, os.strerror(errno.EINVAL))
    return f"/dev/shm/sem.{name}"


def _without_file(call, *args):
    """Calls; an error is about the semaphore and names no file."""
    try:
        return call(*args)
    except OSError as e:
        raise OSError(e.errno, os.strerror(e.errno)) from None


def _create(path, kind, value, maxvalue):
    """A new semaphore that is complete when its name is there."""
    unfinished = f"{path}-{os.getpid()}-{next(_serial)}"
    descriptor = _without_file(os.open, unfinished, os.O_RDWR | os.O_CREAT | os.O_EXCL, 0o600)
    try:
        semaphore = _polyproc.runtime.newNamedSemaphore(descriptor, kind, value, maxvalue)
        _without_file(os.link, unfinished, path)
    finally:
        os.unlink(unfinished)
    return semaphore


class SemLock:
    """A semaphore or recursive mutex that processes share. Only one that is to keep its name has one, for others to
    open it by: it is then a file until `sem_unlink`."""

    SEM_VALUE_MAX = 2147483647

    def __init__(self, kind: int, value: int, maxvalue: int, name: "str | None" = None, unlink: bool = True) -> None:
        if kind not in (0, 1):
            raise ValueError("unrecognized kind")
        if not 0 <= operator.index(value) <= self.SEM_VALUE_MAX:
            raise OSError(errno.EINVAL, os.strerror(errno.EINVAL))
        if unlink or name is None:
            name = None
            semaphore = _polyproc.runtime.newSemaphore(kind, value, maxvalue)
        else:
            if not isinstance(name, str):
                raise TypeError(f"SemLock() argument 'name' must be str, not {type(name).__name__}")
            semaphore = _create(_path(name), kind, value, maxvalue)
        self._bind(semaphore, kind, maxvalue, name)

    def _bind(self, semaphore, kind, maxvalue, name):
        self._semaphore = semaphore
        self._try_acquire = semaphore.tryAcquire
        self._release = semaphore.release
        self.kind = kind
        self.maxvalue = maxvalue
        self.name = name

    @classmethod
    def _rebuild(cls, handle, kind, maxvalue, name):
        if hasattr(handle, "semlock"):
            return handle.semlock()
        self = cls.__new__(cls)
        if name is None:
            semaphore = handle.open()
        else:
            descriptor = _without_file(os.open, _path(name), os.O_RDWR)
            semaphore = call("openNamedSemaphore", descriptor, kind, maxvalue)
        self._bind(semaphore, kind, maxvalue, name)
        return self

    @property
    def handle(self) -> "Any":
        if self.name is not None:
            return id(self)  # the receiver opens the name
        return SemaphoreHandle(self._semaphore, self.kind, self.maxvalue)

    def acquire(self, block: bool = True, timeout: "float | None" = None) -> bool:
        """Acquires; returns False if it did not within `timeout` seconds."""
        if self._try_acquire():
            return True
        if not self._wait(block, timeout):
            return False
        pid = int(self._semaphore.takeLostHolder())
        if pid:
            warn_of_lost_holder(self, pid)
        return True

    def _wait(self, block, timeout):
        if not block:
            return self._semaphore.acquire(0.0)
        if timeout is None:
            if self._semaphore.acquire(_SLICE):
                return True
            since = time.monotonic() - _SLICE  # for an observer, here and in other waits
            while not self._semaphore.acquire(_SLICE):
                pass
            return True
        since = time.monotonic()
        deadline = since + max(timeout, 0.0)
        while True:
            left = deadline - time.monotonic()
            if self._semaphore.acquire(min(max(left, 0.0), _SLICE)):
                return True
            if left <= _SLICE:
                return False

    def release(self) -> None:
        error = self._release()
        if error:
            self._raise(error)

    def _raise(self, error):
        if error == 1:
            raise AssertionError("attempt to release recursive lock not owned by thread")
        raise ValueError("semaphore or lock released too many times")

    def __enter__(self):
        if not self._try_acquire():
            self.acquire()
        return True

    def __exit__(self, *exc_info):
        self.release()

    def _count(self):
        return int(self._semaphore.count())

    def _is_mine(self):
        return bool(self._semaphore.isMine())

    def _get_value(self):
        return int(self._semaphore.value())

    def _is_zero(self):
        return self._get_value() == 0

    # The holders of permits, and the waiting processes: see `SharedSemaphore`.

    def track(self) -> None:
        self._semaphore.track()

    def use_for_places(self) -> None:
        self._semaphore.useForPlaces()

    def enlist(self) -> bool:
        return bool(self._semaphore.enlist())

    def delist(self) -> bool:
        return bool(self._semaphore.delist())

    def delist_gone(self) -> int:
        return int(self._semaphore.delistGone())

    def _after_fork(self):
        self._semaphore.resetCount()


def warn_of_lost_holder(semlock: "Any", pid: "int | str") -> None:
    """Tells who was killed with a lock of the program's; what the standard library's own are for, it can
    do without: they are passed over in silence."""
    import sys

    frame, level = sys._getframe(2), 3
    while frame is not None and frame.f_globals.get("__name__") in _LOCK_MODULES:
        frame, level = frame.f_back, level + 1
    user = "" if frame is None else str(frame.f_globals.get("__name__"))
    if not user.startswith(_INTERNAL):
        import warnings

        what = "recursive lock" if semlock.kind == RECURSIVE_MUTEX else "lock" if semlock.maxvalue == 1 else "semaphore"
        warnings.warn(
            f"the process with pid {pid} has ended without releasing a {what}, which is "
            "acquired in its place; what it protects may be half done",
            RuntimeWarning,
            stacklevel=level,
        )


_LOCK_MODULES = frozenset((__name__, "_polyproc.cluster.locks", "multiprocessing.synchronize"))
_INTERNAL = ("multiprocessing.", "_polyproc.", "concurrent.futures.")


def sem_unlink(name: str) -> None:
    """Removes a semaphore's name; processes that have opened it keep it."""
    if not isinstance(name, str):
        raise TypeError(f"sem_unlink() argument must be str, not {type(name).__name__}")
    try:
        path = _path(name)
    except OSError:
        raise FileNotFoundError(errno.ENOENT, os.strerror(errno.ENOENT)) from None
    _without_file(os.unlink, path)
