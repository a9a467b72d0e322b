"""`select.poll`, which GraalPy 25.0.3 lacks: descriptors beyond 1023, and other events than `select` tells of."""
# Needed while: import select; not hasattr(select, "poll")

import errno
import os
import select
import time

from _polyproc.compat.builtin_functions import builtin
from _polyproc.process.descriptors import call

_EVENTS = {
    "POLLIN": 1,
    "POLLPRI": 2,
    "POLLOUT": 4,
    "POLLERR": 8,
    "POLLHUP": 16,
    "POLLNVAL": 32,
    "POLLRDNORM": 64,
    "POLLRDBAND": 128,
    "POLLWRNORM": 256,
    "POLLWRBAND": 512,
    "POLLMSG": 1024,
    "POLLRDHUP": 0x2000,
}
_MAX_SECONDS = 1.0
"""Seconds between two looks after signals, should one come just before the system call it is to end."""


def install():
    """Adds `poll` before the module `selectors` looks for it, and lets `select` go on after a signal."""
    for name, value in _EVENTS.items():
        setattr(select, name, value)
    select.poll = poll
    select.select = _waiting_on(select.select)


def _waiting_on(wait):
    # GraalPy 25.0.3 lets all calls go on after a signal but this one. A fork sends signals, too: it stops other threads.
    @builtin("select")
    def select(module, rlist, wlist, xlist, timeout=None, /):
        """Wait until one or more file descriptors are ready for some kind of I/O."""
        end = time.monotonic() + timeout if isinstance(timeout, (int, float)) else None
        while True:
            try:
                return wait(rlist, wlist, xlist, timeout)
            except InterruptedError:
                if end is not None:
                    timeout = max(0, end - time.monotonic())

    return select


class _Poll:
    """Descriptors to be polled, and for what."""

    __slots__ = ("_events", "_polling")

    def __new__(cls, *args, **kwargs):
        raise TypeError("cannot create 'select.poll' instances")

    def _begin(self):
        self._events = {}
        self._polling = False
        return self

    def register(self, fd, eventmask=7, /):
        self._events[_descriptor(fd)] = _mask(eventmask)

    def modify(self, fd, eventmask, /):
        number = _descriptor(fd)
        if number not in self._events:
            raise FileNotFoundError(errno.ENOENT, os.strerror(errno.ENOENT))
        self._events[number] = _mask(eventmask)

    def unregister(self, fd, /):
        del self._events[_descriptor(fd)]

    def poll(self, timeout=None, /):
        """Waits at most `timeout` milliseconds; returns pairs of descriptors and events."""
        if self._polling:
            raise RuntimeError("concurrent poll() invocation")
        if timeout is not None and timeout > 0x7FFFFFFF:
            raise OverflowError("timeout is too large")
        self._polling = True
        try:
            return self._wait(timeout)
        finally:
            self._polling = False

    def _wait(self, timeout):
        fds, events = list(self._events), list(self._events.values())
        if timeout is None or timeout < 0:
            end = None
        else:
            end = time.monotonic() + timeout / 1000
        while True:
            left = _MAX_SECONDS if end is None else max(0.0, end - time.monotonic())
            found = call("poll", fds, events, min(left, _MAX_SECONDS))
            if found is not None:
                return [(fd, int(event)) for fd, event in zip(fds, found) if event]
            if end is not None and time.monotonic() >= end:
                return []


_Poll.__module__ = "select"
_Poll.__name__ = _Poll.__qualname__ = "poll"


@builtin("select")
def poll(module, /):
    """Returns a polling object, which supports registering and unregistering file descriptors."""
    return object.__new__(_Poll)._begin()


def _descriptor(fd):
    if isinstance(fd, int):
        number = fd
    elif hasattr(fd, "fileno"):
        number = fd.fileno()
    else:
        raise TypeError("argument must be an int, or have a fileno() method.")
    if number < 0:
        raise ValueError(f"file descriptor cannot be a negative integer ({number})")
    return number


def _mask(events):
    if events < 0:
        raise ValueError("value must be positive")
    if events > 0xFFFF:
        raise OverflowError("Python int too large for C unsigned short")
    return events
