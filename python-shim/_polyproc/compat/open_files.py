"""`open`: what was written to a file is not lost when the file is dropped, or open when the program ends.

CPython closes a file with its last reference, at the latest at the end of the program. GraalPy 25.0.3 does neither, and what
is buffered then is gone: `open(path, "w").write(text)` writes nothing. A JVM does not see when the last reference ends. What
regular files have in their buffers is written when the next file is opened or measured, before a process is started, and at
the end. A file to which nothing was written between two such moments is not kept any longer: from then on it is closed at the
end if it is still in use, and otherwise by the collector.
"""
# Needed while: import os; f = "/tmp/polyproc"; open(f, "w").write("x"); n = os.stat(f).st_size; os.remove(f); n == 0

import _io
import builtins
import io
import os
import stat
import sys
import weakref

from _polyproc.compat.builtin_functions import builtin

_open = _io.open
_getsize = os.path.getsize
_system = os.system
_recent = []
"""Regular files that may have something in their buffers."""
_FIRST_LIMIT = 64


class _InUse(list):
    """Weak references; dead ones are removed when twice as many are in it as were alive the last time."""

    _limit = _FIRST_LIMIT

    def add(self, thing):
        self.append(weakref.ref(thing))
        if len(self) >= self._limit:
            self[:] = [each for each in self if each() is not None]
            self._limit = max(_FIRST_LIMIT, 2 * len(self))

    def close(self):
        for each in self[::-1]:
            _close(each())
        self.clear()


_others = _InUse()
"""All other files that are to be closed at the end."""
_wrappers = _InUse()
"""Objects that write to files when they are closed."""


def install():
    """Replaces the function wherever it is."""
    builtins.open = io.open = _io.open = open
    os.path.getsize = getsize
    os.system = sys.modules["posix"].system = system


@builtin("_io")
def open(module, /, file, mode="r", buffering=-1, encoding=None, errors=None, newline=None, closefd=True, opener=None):
    """Opens a file, and raises OSError upon failure."""
    if _recent:
        write_out()
    stream = _open(file, mode, buffering, encoding, errors, newline, closefd, opener)
    if mode not in _READING and buffering != 0:
        _watch(stream)
    return stream


_READING = frozenset(("r", "rb", "rt", "br", "tr"))


def _watch(stream):
    try:
        is_regular = stat.S_ISREG(os.fstat(stream.fileno()).st_mode)
    except (OSError, ValueError, AttributeError):
        is_regular = False
    if is_regular and "+" not in stream.mode:
        _recent.append(stream)
    else:
        _others.add(stream)


def close_at_end(thing):
    """Has an object that may write to files, and can be closed more than once, closed at the end, if it is in use then."""
    _wrappers.add(thing)


def getsize(filename):
    """Return the size of a file, reported by os.stat()."""
    write_out()
    return _getsize(filename)


@builtin("posix")
def system(module, /, command):
    """Execute the command in a subshell."""
    write_out()
    return _system(command)


def write_out():
    """Writes what files have in their buffers. One that had nothing is not kept any longer."""
    streams = _recent[:]
    _recent.clear()
    for stream in streams:
        if stream.closed:
            continue
        try:
            before = os.lseek(stream.fileno(), 0, os.SEEK_CUR)
            stream.flush()
            has_written = os.lseek(stream.fileno(), 0, os.SEEK_CUR) != before
        except (OSError, ValueError):
            has_written = False  # who closes it will be told
        if has_written:
            _recent.append(stream)
        else:
            _others.add(stream)


def forget():
    """In a forked child: what its parent has opened is the child's to close at its end, but not to write out before."""
    for stream in _recent:
        _others.add(stream)
    _recent.clear()


def close_all():
    """At the end: closes what is in use."""
    _wrappers.close()
    _others.close()
    for stream in _recent:
        _close(stream)
    _recent.clear()


def _close(thing):
    try:
        if thing is not None and not getattr(thing, "closed", False):
            thing.close()
    except Exception:
        pass  # as CPython does
