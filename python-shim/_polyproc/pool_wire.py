"""What a pool and its workers send each other: headers and bodies, over one stream socket each.

    to a worker     length of the rest | epoch | how | length of the key | key, body
    from a worker   length of the body | what  | seconds that it took    | body

Nobody but a pool and its own workers speaks this, and both are of the same build.
"""

import os
from struct import Struct

TASK = Struct("<IHBI")
RESULT = Struct("<IBd")

# How a worker is to understand the body of a task.
STAR = 1
"""The function gets the argument's items as arguments."""
ONE = 2
"""The body is a pickle of function, arguments and keyword arguments."""
VALUE = 4
"""The body is a pickle of one argument of the key's function; without it, of a list of plain ones."""
EACH = 8
"""Each result is waited for: none is kept until others can travel along."""
QUIT = 16

# What a worker sends.
HELLO = 0
VALUES = 1
"""A list of plain results of consecutive tasks."""
OUTCOME = 2
"""Success and value, or failure and exception, of one task."""
FAREWELL = 3
"""Why it will end before it has been ready: text."""

_PLAIN = frozenset((int, float, bool, type(None), str, bytes))
_SIZED = frozenset((str, bytes))
_SMALL = 4096


def all_plain(values):
    """Whether all may travel in one pickle: neither their pickling nor their unpickling can fail."""
    kinds = set(map(type, values))
    if not kinds <= _PLAIN:
        return False
    return kinds.isdisjoint(_SIZED) or all(map(_is_small, values))


def _is_small(value):
    return type(value) not in _SIZED or len(value) <= _SMALL


def is_plain(value):
    """The same of one value."""
    kind = type(value)
    return kind in _PLAIN and (kind not in _SIZED or len(value) <= _SMALL)


def read_messages(fd, header):
    """Yields the fields of each header but the length, and then the body, until the end of the stream.

    The length is the first field. A message that is cut off by the end is dropped.
    """
    size = header.size
    data, at = b"", 0
    while True:
        missing = size - (len(data) - at)
        if missing <= 0:
            length, *fields = header.unpack_from(data, at)
            end = at + size + length
            missing = end - len(data)
            if missing <= 0:
                yield fields, data[at + size:end]
                at = end
                continue
        data = _read_more(fd, data[at:], missing)
        at = 0
        if not data:
            return


def _read_more(fd, data, missing):
    """The data and at least `missing` more bytes; nothing if the stream ends before."""
    part = os.read(fd, max(_CHUNK, min(missing, _MOST)))
    if len(part) >= missing:
        return data + part
    whole = bytearray(data)
    while part:
        whole += part
        missing -= len(part)
        if missing <= 0:
            return bytes(whole)
        part = os.read(fd, max(_CHUNK, min(missing, _MOST)))
    return b""


_CHUNK = 1 << 16
_MOST = 1 << 20


def write_all(fd, data):
    """Writes to a socket that blocks."""
    written = os.write(fd, data)
    if written < len(data):
        rest = memoryview(data)[written:]
        while len(rest):
            rest = rest[os.write(fd, rest[:_MOST]):]
