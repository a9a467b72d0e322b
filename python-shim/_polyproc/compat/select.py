"""`select.epoll` and its constants, which GraalPy 25.0.3 lacks."""
# Needed while: import select; not hasattr(select, "epoll")

import errno
import operator
import time

from _polyproc.compat.arguments import c_int, fileno
from _polyproc.compat.libc import Memory, call, call_once, error, integer

EPOLLIN = 1
EPOLLPRI = 2
EPOLLOUT = 4
EPOLLERR = 8
EPOLLHUP = 0x10
EPOLLRDNORM = 0x40
EPOLLRDBAND = 0x80
EPOLLWRNORM = 0x100
EPOLLWRBAND = 0x200
EPOLLMSG = 0x400
EPOLLRDHUP = 0x2000
EPOLLEXCLUSIVE = 1 << 28
EPOLLONESHOT = 1 << 30
EPOLLET = 1 << 31
EPOLL_CLOEXEC = 0x80000
_ADD, _DELETE, _MODIFY = 1, 2, 3
_MAX_EVENTS = 1023  # FD_SETSIZE - 1, as in CPython
_MAX_SECONDS = 1.0
"""Seconds between two looks after signals, should one come just before the system call it is to end."""


def _entry_size():
    import os

    # man 2 epoll_ctl: the structure is packed on x86-64 only.
    return 12 if os.uname().machine == "x86_64" else 16


_SIZE = _entry_size()


class epoll:
    """select.epoll(sizehint=-1, flags=0): waits for events of many descriptors."""

    __slots__ = ("_fd", "__weakref__")
    __module__ = "select"

    def __new__(cls, sizehint=-1, flags=0):
        sizehint = operator.index(sizehint)
        if sizehint < -1 or sizehint == 0:
            raise ValueError("negative sizehint")
        flags = operator.index(flags)
        if flags & ~EPOLL_CLOEXEC:
            raise OSError("invalid flags")
        self = object.__new__(cls)
        self._fd = call("epoll_create1", EPOLL_CLOEXEC)
        return self

    @classmethod
    def fromfd(cls, fd, /):
        """Create an epoll object from a given control fd."""
        self = object.__new__(cls)
        self._fd = c_int(fd)
        return self

    def _open_fd(self):
        if self._fd < 0:
            raise ValueError("I/O operation on closed epoll object")
        return self._fd

    def close(self):
        """Close the epoll control file descriptor; further operations raise a ValueError."""
        if self._fd >= 0:
            fd, self._fd = self._fd, -1
            call("close", fd)

    @property
    def closed(self):
        """True if the epoll handler is closed"""
        return self._fd < 0

    def fileno(self):
        """Return the epoll control file descriptor."""
        return self._open_fd()

    def __enter__(self):
        self._open_fd()
        return self

    def __exit__(self, exc_type=None, exc_value=None, exc_tb=None, /):
        self.close()

    def _control(self, operation, fd, events):
        entry = (events & 0xFFFFFFFF).to_bytes(4, "little") + bytes(_SIZE - 12) + fd.to_bytes(8, "little")
        call("epoll_ctl", self._open_fd(), operation, fd, entry)

    def register(self, fd, eventmask=EPOLLIN | EPOLLPRI | EPOLLOUT):
        """Registers a new fd; raises an OSError if it is registered already."""
        self._open_fd()
        self._control(_ADD, fileno(fd), _mask(eventmask))

    def modify(self, fd, eventmask):
        """Modify event mask for a registered file descriptor."""
        self._open_fd()
        self._control(_MODIFY, fileno(fd), _mask(eventmask))

    def unregister(self, fd):
        """Remove a registered file descriptor from the epoll object."""
        self._open_fd()
        self._control(_DELETE, fileno(fd), 0)

    def poll(self, timeout=None, maxevents=-1):
        """Waits at most `timeout` seconds, for ever if it is None or negative; returns pairs of fd and events."""
        fd = self._open_fd()
        end = None
        if timeout is not None:
            if not isinstance(timeout, float) and not hasattr(type(timeout), "__index__"):
                raise TypeError("timeout must be an integer or None")
            seconds = float(timeout)
            if seconds >= 0x7FFFFFFF / 1000:
                raise OverflowError("timeout is too large")
            if seconds >= 0:
                end = time.monotonic() + seconds
        maxevents = operator.index(maxevents)
        if maxevents == -1:
            maxevents = _MAX_EVENTS
        elif maxevents < 1:
            raise ValueError(f"maxevents must be greater than 0, got {maxevents}")
        with Memory(maxevents * _SIZE) as events:
            while True:
                left = _MAX_SECONDS if end is None else min(max(0.0, end - time.monotonic()), _MAX_SECONDS)
                found, number = call_once("epoll_wait", fd, events.address, maxevents, -int(-left * 1000 // 1))
                if found > 0:
                    return _pairs(events.read(found * _SIZE))
                if found < 0 and number != errno.EINTR:
                    raise error(number)
                if end is not None and time.monotonic() >= end:
                    return []

    def __del__(self):
        if getattr(self, "_fd", -1) >= 0:
            call_once("close", self._fd)


def _mask(events):
    number = operator.index(events)
    if number < 0:
        raise ValueError("value must be positive")
    if number > 0xFFFFFFFF:
        raise OverflowError("Python int too large for C unsigned int")
    return number


def _pairs(content):
    return [
        (integer(content, offset + _SIZE - 8), integer(content, offset, signed=False))
        for offset in range(0, len(content), _SIZE)
    ]
