"""`Value`, `Array` and what a `Barrier` counts with, for processes on any nodes.

The bytes are with the agent of the node where the object was made, and every access is a call to it.
"""

import ctypes
from multiprocessing.sharedctypes import typecode_to_type

from _polyproc.cluster import wire

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any


class Block:
    """Some bytes that an agent holds."""

    def __init__(self, name: str, size: int) -> None:
        self._name = name
        self.size = size

    @classmethod
    def of(cls, content: bytes) -> "Any":
        """A new one, on this node."""
        wire.enter()
        self = cls(f"{wire.member.incarnation}|{wire.new_name()}", len(content))
        self._ask("create", 0, bytes(content))
        return self

    def __reduce__(self):
        return Block, (self._name, self.size)

    def _ask(self, *fields):
        answer = wire.ask("memory", self._name, *fields)
        if answer[0] == wire.DONE:
            return answer
        raise OSError(answer[1].decode())

    def read(self, offset: int, length: int) -> bytes:
        return self._ask("read", offset, length)[1]

    def write(self, offset: int, content: bytes) -> None:
        self._ask("write", offset, bytes(content))

    def create_memoryview(self) -> "Any":
        """For a `Barrier`, which counts with two ints."""
        return self

    def cast(self, typecode: str) -> "Any":
        return Array(self, typecode_to_type[typecode], self.size // ctypes.sizeof(typecode_to_type[typecode]), None)


def _type(typecode_or_type):
    type_ = typecode_to_type.get(typecode_or_type, typecode_or_type)
    if not (isinstance(type_, type) and issubclass(type_, ctypes._SimpleCData)):
        raise TypeError(
            f"a {getattr(type_, '__name__', type_)} can't be shared between nodes: only ctypes of one "
            "number or character, and arrays of them, can; a manager's Namespace takes anything"
        )
    return type_


def _lock(lock, ctx):
    if lock is False:
        return None
    if lock in (True, None):
        return ctx.RLock()
    if not hasattr(lock, "acquire"):
        raise AttributeError(f"{lock!r} has no method 'acquire'")
    return lock


def new_value(typecode_or_type: "Any", args: "Any", lock: "Any", ctx: "Any") -> "Any":
    """What `multiprocessing.Value` is between nodes."""
    type_ = _type(typecode_or_type)
    return Value(Block.of(bytes(type_(*args))), type_, _lock(lock, ctx))


def new_array(typecode_or_type: "Any", size_or_initializer: "Any", lock: "Any", ctx: "Any") -> "Any":
    """What `multiprocessing.Array` is between nodes."""
    type_ = _type(typecode_or_type)
    if isinstance(size_or_initializer, int):
        length, content = size_or_initializer, bytes(ctypes.sizeof(type_) * size_or_initializer)
    else:
        length = len(size_or_initializer)
        content = bytes((type_ * length)(*size_or_initializer))
    cls = String if type_ is ctypes.c_char else Array
    return cls(Block.of(content), type_, length, _lock(lock, ctx))


class _Synchronized:
    """What all have in common; without a lock, `get_lock` and the like are missing as in CPython's raw objects."""

    def __init__(self, block, type_, lock):
        self._block = block
        self._type_ = type_
        self._lock = lock
        if lock is not None:
            self.acquire = lock.acquire
            self.release = lock.release
            self.get_lock = lambda: lock
            self.get_obj = lambda: self

    def __enter__(self):
        return self._lock.__enter__()

    def __exit__(self, *exc_info):
        return self._lock.__exit__(*exc_info)


class Value(_Synchronized):
    """A number or character."""

    def __reduce__(self):
        return Value, (self._block, self._type_, self._lock)

    @property
    def value(self) -> "Any":
        return self._type_.from_buffer_copy(self._block.read(0, self._block.size)).value

    @value.setter
    def value(self, value: "Any") -> None:
        self._block.write(0, bytes(self._type_(value)))

    def __repr__(self):
        return f"<{type(self).__name__} between nodes of {self._type_.__name__}({self.value!r})>"


class Array(_Synchronized):
    """Numbers or characters."""

    def __init__(self, block: "Block", type_: "Any", length: int, lock: "Any") -> None:
        super().__init__(block, type_, lock)
        self._length = length
        self._size = ctypes.sizeof(type_)

    def __reduce__(self):
        return type(self), (self._block, self._type_, self._length, self._lock)

    def __len__(self):
        return self._length

    def _index(self, index):
        at = index + self._length if index < 0 else index
        if not 0 <= at < self._length:
            raise IndexError("invalid index")
        return at * self._size

    def _all(self):
        return (self._type_ * self._length).from_buffer_copy(self._block.read(0, self._block.size))

    def __getitem__(self, index):
        if isinstance(index, slice):
            return self._all()[index]
        return self._type_.from_buffer_copy(self._block.read(self._index(index), self._size)).value

    def __setitem__(self, index, value):
        if isinstance(index, slice):
            start, stop, step = index.indices(self._length)
            values = (
                list(value) if not isinstance(value, (bytes, bytearray)) else [value[i : i + 1] for i in range(len(value))]
            )
            places = range(start, stop, step)
            if len(values) != len(places):
                raise ValueError("Can only assign sequence of same size")
            if step == 1:
                self._block.write(start * self._size, bytes((self._type_ * len(values))(*values)))
            else:
                for place, one in zip(places, values):
                    self[place] = one
            return
        self._block.write(self._index(index), bytes(self._type_(value)))

    def __iter__(self):
        return iter(self._all()[:])

    def __repr__(self):
        return f"<{type(self).__name__} between nodes of {self._length} {self._type_.__name__}>"


class String(Array):
    """Bytes."""

    @property
    def raw(self) -> bytes:
        return self._block.read(0, self._block.size)

    @raw.setter
    def raw(self, content: bytes) -> None:
        if len(content) > self._length:
            raise ValueError("byte string too long")
        self._block.write(0, content)

    @property
    def value(self) -> "Any":
        return self.raw.partition(b"\0")[0]

    @value.setter
    def value(self, content: bytes) -> None:
        if len(content) > self._length:
            raise ValueError("byte string too long")
        self._block.write(0, (bytes(content) + b"\0")[: self._length])
