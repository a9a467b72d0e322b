"""What a pool and its workers send each other: messages of connections, over one stream socket each.

    to a worker     epoch | how | length of the key | key, body
    from a worker   what  | seconds that it took    | body

Only a pool and its own workers speak it, and both are of the same build.
"""

from multiprocessing.reduction import ForkingPickler
from struct import Struct

import _polyproc

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Collection
    from typing import Any

TASK = Struct("<HBI")
RESULT = Struct("<Bd")
_LENGTH = Struct(">i")
_GREAT_LENGTH = Struct(">iQ")
_GREATEST = 0x7FFFFFFF
_NO_LENGTH = -1

# How a worker is to understand the body of a task.
STAR = 1
"""The function gets the argument's items as arguments."""
ONE = 2
"""The body is a pickle of function, arguments and keyword arguments."""
VALUE = 4
"""The body is a pickle of one argument of the key's function; without it, of a tuple of plain ones."""
EACH = 8
"""Each result is waited for: none is kept until others can travel along."""
QUIT = 16

# What a worker sends.
READY = 0
VALUES = 1
"""A list of plain results of consecutive tasks."""
OUTCOME = 2
"""Success and value, or failure and exception, of one task."""
STARTUP_FAILED = 3
"""Why it will end before it has been ready: text."""

_PLAIN = frozenset((int, float, bool, type(None), str, bytes))
_SIZED = frozenset((str, bytes))
_SMALL = 4096


def all_plain(values: "Collection[object]") -> bool:
    """Whether all may travel in one pickle: neither their pickling nor their unpickling can fail."""
    kinds = set(map(type, values))
    if not kinds <= _PLAIN:
        return False
    return kinds.isdisjoint(_SIZED) or all(map(_is_small, values))


def _is_small(value):
    return type(value) not in _SIZED or len(value) <= _SMALL


def is_plain(value: object) -> bool:
    """The same of one value."""
    kind = type(value)
    return kind in _PLAIN and (kind not in _SIZED or len(value) <= _SMALL)  # type: ignore[arg-type]


def framed(*parts: bytes) -> bytes:
    """A message of a connection, as bytes."""
    length = sum(map(len, parts))
    if length > _GREATEST:
        return b"".join((_GREAT_LENGTH.pack(_NO_LENGTH, length), *parts))
    return b"".join((_LENGTH.pack(length), *parts))


def frame_at(data: bytes, at: int) -> "tuple[int, int] | None":
    """Where the next message begins and ends, which may be beyond the data; None if that can't be told yet."""
    left = len(data) - at
    if left < _LENGTH.size:
        return None
    (length,) = _LENGTH.unpack_from(data, at)
    begin = at + _LENGTH.size
    if length == _NO_LENGTH:
        if left < _GREAT_LENGTH.size:
            return None
        _, length = _GREAT_LENGTH.unpack_from(data, at)
        begin = at + _GREAT_LENGTH.size
    return begin, begin + length


_messages = _polyproc.runtime.messages()
_loaded = _messages.loaded if _messages.areAvailable() else lambda pickle: NotImplemented


def load_values(body: bytes) -> "list[Any] | tuple[Any, ...]":
    """The list or tuple that a pickle of plain values is of."""
    values = _loaded(body)
    return ForkingPickler.loads(body) if values is NotImplemented else values
