"""`mmap`: constants, and memory that is unmapped only when nothing can read it any more.

GraalPy 25.0.3 unmaps it earlier, and a read afterwards ends the JVM. The constants are Linux's, the same on x86-64 and
AArch64.

Views are counted: with one that lives, `close` and `resize` raise BufferError, as in CPython. A view without
references is no reason to refuse; the JVM finds out by a collection, which is made where there seems to be one.
"""
# Needed while: import mmap; memory = mmap.mmap(-1, 8); view = memoryview(memory); not raises(memory.close)

import gc
import operator
import os
import sys
import time

import _polyproc
from _polyproc.compat.libc import call as libc
from _polyproc.process.descriptors import call

_java = _polyproc.runtime.standardLibrary()

_VIEWS_GOING = 0.5
"""Seconds that views without references are given to go, after a collection."""


_CONSTANTS = {
    "MADV_NORMAL": 0,
    "MADV_RANDOM": 1,
    "MADV_SEQUENTIAL": 2,
    "MADV_WILLNEED": 3,
    "MADV_DONTNEED": 4,
    "MADV_FREE": 8,
    "MADV_REMOVE": 9,
    "MADV_DONTFORK": 10,
    "MADV_DOFORK": 11,
    "MADV_MERGEABLE": 12,
    "MADV_UNMERGEABLE": 13,
    "MADV_HUGEPAGE": 14,
    "MADV_NOHUGEPAGE": 15,
    "MADV_DONTDUMP": 16,
    "MADV_DODUMP": 17,
    "MADV_HWPOISON": 100,
    "MAP_ANON": 0x20,
    "MAP_POPULATE": 0x8000,
    "MAP_STACK": 0x20000,
}
"""Those that GraalPy lacks."""
_ACCESS_NAMES = ("ACCESS_DEFAULT", "ACCESS_READ", "ACCESS_WRITE", "ACCESS_COPY")
_DEFAULT, _READ, _WRITE, _COPY = range(4)
_MS_SYNC = 4
_closed_types = {}


def install(module):
    """Puts a derived type into the place of `mmap.mmap`, if GraalPy is the one that is known."""
    base = module.mmap
    shared, readable, writable = module.MAP_SHARED, module.PROT_READ, module.PROT_WRITE

    class mmap(base):
        """Memory that is mapped, and the file that it may be of."""

        __slots__ = ("_views", "_access", "_offset")

        def __new__(cls, fileno, length, flags=shared, prot=readable | writable, access=_DEFAULT, offset=0):
            if access != _DEFAULT and (flags != shared or prot != readable | writable):
                raise ValueError("mmap can't specify both access and flags, prot.")
            self = base.__new__(cls, fileno, length, flags, prot, access, offset)
            self._views = 0
            self._offset = offset
            if access == _DEFAULT and prot & (readable | writable) != readable | writable:
                access = _WRITE if prot & writable else _READ
            self._access = access
            return self

        def __init_subclass__(cls, **kwargs):
            super().__init_subclass__(**kwargs)
            _java.countViews(cls, _acquire, _release)

        def close(self):
            """Unmap the memory; a view that still can read it is a BufferError."""
            _refuse_for_views(self, "cannot close exported pointers exist")
            _java.closeMapped(self, _closed_type(type(self)))

        def resize(self, newsize, /):
            """Change the size of the memory, and of its file."""
            newsize = operator.index(newsize)
            _refuse_for_views(self, "mmap can't resize with extant buffers exported.")
            if self._access not in (_DEFAULT, _WRITE):
                raise TypeError("mmap can't resize a readonly or copy-on-write memory map.")
            if newsize < 0 or self._offset + newsize > sys.maxsize:
                raise ValueError("new size out of range")
            call("resizeMapped", self, self._offset, newsize, on=_java)

        def __getitem__(self, index):
            if isinstance(index, slice):
                start, stop, step = index.indices(len(self))
                _require_open(self)
                if step == 1:
                    return base.__getitem__(self, slice(start, max(start, stop)))
                return base.__getitem__(self, _covering(start, stop, step))[::step]
            index = _index(index)
            _require_open(self)
            return base.__getitem__(self, index)

        def __setitem__(self, index, value):
            if not isinstance(index, slice):
                index = _index(index)
                _require_open(self)
                base.__setitem__(self, index, value)
                return
            start, stop, step = index.indices(len(self))
            _require_open(self)
            if step == 1:
                base.__setitem__(self, slice(start, max(start, stop)), value)
                return
            _require_writable(self)
            value = bytes(memoryview(value))
            if len(value) != len(range(start, stop, step)):
                raise IndexError("mmap slice assignment is wrong size")
            covered = _covering(start, stop, step)
            content = bytearray(base.__getitem__(self, covered))
            content[::step] = value
            base.__setitem__(self, covered, bytes(content))

        def read(self, n=None, /):
            """Return so many bytes from the current position, or all that follow it."""
            if n is not None:
                if not hasattr(n, "__index__"):
                    raise TypeError(f"argument should be integer or None, not {type(n).__name__!r}")
                n = operator.index(n)
                _require_open(self)
            return base.read(self, n)

        def write_byte(self, byte, /):
            """Write a byte, 0 to 255, at the current position, and step beyond it."""
            byte = operator.index(byte)
            if not 0 <= byte <= 0xFF:
                raise OverflowError(
                    "unsigned byte integer is " + ("less than minimum" if byte < 0 else "greater than maximum")
                )
            _require_open(self)
            _require_writable(self)
            if self.tell() >= len(self):
                raise ValueError("write byte out of range")
            base.write(self, bytes((byte,)))

        def move(self, dest, src, count, /):
            """Copy count bytes from the position src to the position dest; they may overlap."""
            dest, src, count = operator.index(dest), operator.index(src), operator.index(count)
            _require_open(self)
            _require_writable(self)
            if min(dest, src, count) < 0 or max(dest, src) + count > len(self):
                raise ValueError("source, destination, or count out of range")
            base.__setitem__(self, slice(dest, dest + count), base.__getitem__(self, slice(src, src + count)))

        def find(self, sub, start=None, end=None, /):
            """The lowest position at which sub is found between start and end; -1 if it is not."""
            return base.find(self, sub, *_bounds(self, start, end))

        def rfind(self, sub, start=None, end=None, /):
            """The highest position at which sub is found between start and end; -1 if it is not."""
            if isinstance(sub, str):
                raise TypeError("a bytes-like object is required, not 'str'")
            start, end = _bounds(self, start, end)
            found = base.__getitem__(self, slice(start, max(start, end))).rfind(bytes(memoryview(sub)))
            return found if found < 0 else start + found

        def flush(self, offset=0, size=None, /):
            """Write what has changed to the file; offset is a multiple of the page size."""
            offset = operator.index(offset)
            size = len(self) - offset if size is None else operator.index(size)
            _require_open(self)
            if offset < 0 or size < 0 or offset + size > len(self):
                raise ValueError("flush values out of range")
            if self._access not in (_READ, _COPY):
                libc("msync", int(_java.mappedAddress(self)) + offset, size, _MS_SYNC)

        def madvise(self, option, start=0, length=None, /):
            """Tell the kernel how the memory will be used: option is one of the constants MADV_…."""
            option, start = operator.index(option), operator.index(start)
            length = len(self) if length is None else operator.index(length)
            _require_open(self)
            if not 0 <= start < len(self):
                raise ValueError("madvise start out of bounds")
            if length < 0:
                raise ValueError("madvise length invalid")
            if start + length > sys.maxsize:
                raise OverflowError("madvise length too large")
            libc("madvise", int(_java.mappedAddress(self)) + start, min(length, len(self) - start), option)

        def size(self):
            """The size of the file, which may be more than the memory has of it."""
            return os.fstat(int(_java.mappedDescriptor(self))).st_size

        def __exit__(self, *exc_info):
            self.close()

        def __reduce_ex__(self, protocol):
            raise TypeError(f"cannot pickle '{type(self).__module__}.{type(self).__qualname__}' object")

        def __repr__(self):
            return (
                f"<{type(self).__module__}.{type(self).__qualname__} closed=False, "
                f"access={_ACCESS_NAMES[self._access]}, length={len(self)}, pos={self.tell()}, "
                f"offset={self._offset}>"
            )

    mmap.__module__ = "mmap"
    mmap.__qualname__ = "mmap"
    vars(module).update(_CONSTANTS)
    module.error = OSError
    if _java.countViews(mmap, _acquire, _release):
        module.mmap = mmap


def _acquire(mapping, flags):
    if mapping.closed:
        raise ValueError(_CLOSED)
    buffer = _java.mappedBuffer(mapping)
    mapping._views += 1
    return buffer


def _release(mapping, buffer):
    mapping._views -= 1


def _refuse_for_views(mapping, message):
    if mapping._views and not _have_gone(mapping):
        raise BufferError(message)


def _have_gone(mapping):
    """Whether the views are only garbage that was not collected yet."""
    gc.collect()
    end = time.monotonic() + _VIEWS_GOING
    while mapping._views and time.monotonic() < end:
        time.sleep(0.01)
    return not mapping._views


def _require_open(mapping):
    """Raises `ValueError` if the object was closed, as an index of its own `__index__` may have done meanwhile."""
    if mapping.closed:
        raise ValueError(_CLOSED)


def _bounds(mapping, start, end):
    """Where a search begins and ends: by default at the current position, and at the end of the memory."""
    size = len(mapping)
    start = mapping.tell() if start is None else operator.index(start)
    end = size if end is None else operator.index(end)
    _require_open(mapping)
    start, end, _ = slice(start, end).indices(size)
    return start, end


def _index(index):
    try:
        return operator.index(index)
    except TypeError:
        raise TypeError("mmap indices must be integers") from None


def _require_writable(mapping):
    if mapping._access == _READ:
        raise TypeError("mmap can't modify a readonly memory map.")


def _covering(start, stop, step):
    """The slice, without steps, that covers all indices of one that has some."""
    indices = range(start, stop, step)
    if not indices:
        return slice(0, 0)
    first, last = sorted((indices[0], indices[-1]))
    return slice(first, last + 1)


_CLOSED = "mmap closed or invalid"


def _closed_type(cls):
    """The type of a closed object: whatever reads or writes raises an error, without a look at each use before."""
    if cls not in _closed_types:
        namespace = {name: _refuse for name in _READING_OR_WRITING if hasattr(cls, name)}
        namespace.update(
            __slots__=(),
            __module__=cls.__module__,
            __qualname__=cls.__qualname__,
            __doc__=cls.__doc__,
            close=_do_nothing,
            __exit__=_do_nothing,
            __repr__=_show_closed,
            __bytes__=_refuse,
        )
        _closed_types[cls] = type(cls.__name__, (cls,), namespace)
    return _closed_types[cls]


_READING_OR_WRITING = (
    "__bool__",
    "__contains__",
    "__delitem__",
    "__enter__",
    "__getitem__",
    "__iter__",
    "__len__",
    "__setitem__",
    "find",
    "flush",
    "madvise",
    "move",
    "read",
    "read_byte",
    "readline",
    "resize",
    "rfind",
    "seek",
    "size",
    "tell",
    "write",
    "write_byte",
)


def _refuse(self, *args, **kwargs):
    raise ValueError(_CLOSED)


def _do_nothing(self, *args):
    pass


def _show_closed(self):
    return f"<{type(self).__module__}.{type(self).__qualname__} closed=True>"
