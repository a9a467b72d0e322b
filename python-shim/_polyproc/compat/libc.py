"""Calls of the C library for the modules of this package.

An argument is an int; or `bytes`, of which the function gets a copy with a zero after them; or a `bytearray`,
which has afterwards what the function has written. A call that a signal interrupts is made again once the
signal's handler has run (PEP 475); a failure is raised as the `OSError` that CPython raises.
"""
# Serves: the other files, for native calls

import os

import _polyproc
from _polyproc.compat.builtin_functions import BuiltinFunction

_native = _polyproc.runtime.standardLibrary().nativeFunctions()
has = _native.has
_FAILED = -1 << 63
_SUCCEEDED = -1 << 62
_EINTR = 4


def error(number, filename=None, filename2=None):
    """The OSError of an error number; its class follows from the number."""
    if filename2 is not None:
        return OSError(number, os.strerror(number), filename, None, filename2)
    if filename is not None:
        return OSError(number, os.strerror(number), filename)
    return OSError(number, os.strerror(number))


# The last 0 of the calls below is there because GraalPy takes a single bytearray for the list of all arguments.


def _checked(function):
    def call(name, *args, filename=None, filename2=None):
        while True:
            result = function(name, *args, 0)
            if result > _SUCCEEDED:
                return int(result)
            number = int(result - _FAILED)
            if number != _EINTR:
                raise error(number, filename, filename2)

    return call


call = _checked(_native.call)
"""Calls a function that returns an int, -1 after a failure."""
call_long = _checked(_native.callLong)
"""Calls a function that returns a long or ssize_t, -1 after a failure."""
call_pointer = _checked(_native.callPointer)
"""Calls a function that returns a pointer, NULL after a failure."""


def call_once(name, *args):
    """Calls a function that returns an int; returns its result and 0, or -1 and the error number."""
    result = _native.call(name, *args, 0)
    return (int(result), 0) if result > _SUCCEEDED else (-1, int(result - _FAILED))


def call_for_error(name, *args, filename=None):
    """Calls a function that returns an error number."""
    while True:
        number = int(_native.callLong(name, *args, 0)) & 0xFFFFFFFF
        if number == 0:
            return
        if number != _EINTR:
            raise error(number, filename)


def find_pointer(name, *args):
    """Calls a function that returns a pointer; returns 0 for NULL, and the error number."""
    result = _native.callPointer(name, *args, 0)
    return (int(result), 0) if result > _SUCCEEDED else (0, int(result - _FAILED))


def _as_bytes(content):
    return content if type(content) is bytes else content.encode("latin-1")


def read(address, size):
    """So many bytes of memory."""
    return _as_bytes(_native.read(address, size))


def read_text(address):
    """The bytes at an address up to a zero; None for NULL."""
    return _as_bytes(_native.readText(address)) if address else None


def read_int(address, size=8, signed=False):
    """A number of so many bytes in memory."""
    return int.from_bytes(read(address, size), "little", signed=signed)


def write(address, content):
    """Copies bytes into memory."""
    _native.write(address, bytes(content))


class Memory:
    """Memory outside of the heap, as long as the `with` block runs."""

    def __init__(self, size):
        self.size = size

    def __enter__(self):
        self.address = int(_native.allocate(self.size))
        return self

    def __exit__(self, *exc):
        _native.free(self.address)

    def read(self, size=None, offset=0):
        return read(self.address + offset, self.size - offset if size is None else size)

    def write(self, content, offset=0):
        write(self.address + offset, content)


class Strings:
    """An array of pointers to strings with a NULL after them, as long as the `with` block runs."""

    def __init__(self, texts):
        self._texts = list(texts)

    def __enter__(self):
        ends = 8 * (len(self._texts) + 1)
        self._memory = Memory(ends + sum(len(text) + 1 for text in self._texts))
        self.address = self._memory.__enter__().address
        pointers, where = [], self.address + ends
        for text in self._texts:
            pointers.append(where.to_bytes(8, "little"))
            where += len(text) + 1
        self._memory.write(b"".join([*pointers, bytes(8), *(text + b"\0" for text in self._texts)]))
        return self

    def __exit__(self, *exc):
        self._memory.__exit__()


def integer(content, offset, size=4, signed=True):
    """A number of so many bytes in a structure."""
    return int.from_bytes(content[offset : offset + size], "little", signed=signed)


def words(*numbers):
    """A structure of 64-bit numbers."""
    return b"".join((number & 0xFFFFFFFFFFFFFFFF).to_bytes(8, "little") for number in numbers)


class _Builtin(BuiltinFunction):
    __slots__ = ()

    @property
    def __signature__(self):
        import inspect

        return inspect.signature(object.__getattribute__(self, "_function"))

    @property
    def __self__(self):
        import sys

        return sys.modules[self.__module__]

    def __reduce_ex__(self, protocol):
        return self.__name__

    def __hash__(self):
        return object.__hash__(self)


def builtin(module):
    """A decorator: the function counts as a built-in one of that module."""
    return lambda function: _Builtin(module, function)
