"""`mmap`: memory is unmapped when nothing can read it any more. GraalPy 25.0.3 reads it all the same, and the JVM dies.

Views are counted: with one that lives, `close` and `resize` raise BufferError, as in CPython. A view that nobody
refers to is no reason to refuse; the JVM finds out by a collection, which is made where there seems to be one.
"""

import gc
import operator
import os
import sys
import time

import _polyproc
from _polyproc.descriptors import call

_VIEWS_GOING = 0.5
"""Seconds that views without references are given to go, after a collection."""


_ACCESS_NAMES = ("ACCESS_DEFAULT", "ACCESS_READ", "ACCESS_WRITE", "ACCESS_COPY")
_DEFAULT, _READ, _WRITE, _COPY = range(4)
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
            _polyproc.runtime.countViews(cls, _acquire, _release)

        def close(self):
            """Unmap the memory; a view that still can read it is a BufferError."""
            _refuse_for_views(self, "cannot close exported pointers exist")
            _polyproc.runtime.closeMapped(self, _closed_type(type(self)))

        def resize(self, newsize, /):
            """Change the size of the memory, and of its file."""
            newsize = operator.index(newsize)
            _refuse_for_views(self, "mmap can't resize with extant buffers exported.")
            if self._access not in (_DEFAULT, _WRITE):
                raise TypeError("mmap can't resize a readonly or copy-on-write memory map.")
            if newsize < 0 or self._offset + newsize > sys.maxsize:
                raise ValueError("new size out of range")
            call("resizeMapped", self, self._offset, newsize)

        def size(self):
            """The size of the file, which may be more than the memory has of it."""
            return os.fstat(int(_polyproc.runtime.mappedDescriptor(self))).st_size

        def __exit__(self, *exc_info):
            self.close()

        def __reduce_ex__(self, protocol):
            raise TypeError(f"cannot pickle '{type(self).__module__}.{type(self).__qualname__}' object")

        def __repr__(self):
            return (f"<{type(self).__module__}.{type(self).__qualname__} closed=False, "
                    f"access={_ACCESS_NAMES[self._access]}, length={len(self)}, pos={self.tell()}, "
                    f"offset={self._offset}>")

    mmap.__module__ = "mmap"
    mmap.__qualname__ = "mmap"
    if _polyproc.runtime.countViews(mmap, _acquire, _release):
        module.mmap = mmap


def _acquire(mapping, flags):
    if mapping.closed:
        raise ValueError(_CLOSED)
    buffer = _polyproc.runtime.mappedBuffer(mapping)
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


_CLOSED = "mmap closed or invalid"


def _closed_type(cls):
    """The type of a closed object: whatever reads or writes raises an error, without a look at each use before."""
    if cls not in _closed_types:
        namespace = {name: _refuse for name in _READING_OR_WRITING if hasattr(cls, name)}
        namespace.update(__slots__=(), __module__=cls.__module__, __qualname__=cls.__qualname__, __doc__=cls.__doc__,
                         close=_do_nothing, __exit__=_do_nothing, __repr__=_show_closed, __bytes__=_refuse)
        _closed_types[cls] = type(cls.__name__, (cls,), namespace)
    return _closed_types[cls]


_READING_OR_WRITING = (
    "__bool__", "__contains__", "__delitem__", "__enter__", "__getitem__", "__iter__", "__len__", "__setitem__", "find",
    "flush", "madvise", "move", "read", "read_byte", "readline", "resize", "rfind", "seek", "size", "tell", "write",
    "write_byte")


def _refuse(self, *args, **kwargs):
    raise ValueError(_CLOSED)


def _do_nothing(self, *args):
    pass


def _show_closed(self):
    return f"<{type(self).__module__}.{type(self).__qualname__} closed=True>"
