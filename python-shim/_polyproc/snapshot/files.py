"""Open files: the child's share the parent's descriptors, and so the position, as after a fork.

Only what a file has read ahead of its user would be missing in the child. So a regular file that is
only read is opened once more, at the user's position.
"""

import io
import os
import stat
import sys

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

_STANDARD = {"stdin": 0, "stdout": 1, "stderr": 2}


def reduce_file(snapshot: "Any", file: "Any") -> tuple:
    """Reduces a file of the `io` module: text, buffered or raw."""
    standard = _standard_stream(file)
    if standard is not None:
        return standard_stream, standard
    if file.closed:
        return closed_file, (_kind(file),)
    fd = file.fileno()
    options = _options(file)
    if not file.writable() and stat.S_ISREG(os.fstat(fd).st_mode):
        return reopen_to_read, (_duplicate(fd), _position(file), options)
    return reopen_shared, (_duplicate(fd), options)


def _standard_stream(file):
    """(name, depth) if this is one of the standard streams or a layer of it."""
    for name in _STANDARD:
        layer = getattr(sys, f"__{name}__")
        for depth in range(3):
            if layer is None:
                break
            if layer is file:
                return name, depth
            layer = getattr(layer, ("buffer", "raw", "none")[depth], None)
    return None


def _kind(file):
    return "text" if isinstance(file, io.TextIOBase) else "binary"


def _duplicate(fd):
    from multiprocessing.reduction import DupFd

    return DupFd(fd)


def _options(file):
    """What `open` has to be told."""
    if isinstance(file, io.TextIOWrapper):
        return {
            "mode": _mode(file),
            "encoding": file.encoding,
            "errors": file.errors,
            "buffering": 1 if file.line_buffering else -1,
        }
    return {"mode": _mode(file), "buffering": 0 if isinstance(file, io.RawIOBase) else -1}


def _mode(file):
    raw = getattr(getattr(file, "buffer", file), "raw", getattr(file, "buffer", file))
    mode = getattr(raw, "mode", "rb+").replace("x", "w")
    return mode.replace("b", "") if isinstance(file, io.TextIOBase) else mode


def _position(file):
    try:
        return file.tell()
    except OSError:
        # A text file being iterated does not tell; the layer below is a little ahead of its user.
        return file.buffer.tell()


# What the child calls.


def standard_stream(name: str, depth: int) -> "Any":
    stream = getattr(sys, f"__{name}__")
    for layer in ("buffer", "raw")[:depth]:
        stream = getattr(stream, layer)
    return stream


def closed_file(kind: str) -> "Any":
    file = open(os.devnull, "r" if kind == "text" else "rb")
    file.close()
    return file


def reopen_to_read(duplicate: "Any", position: int, options: dict) -> "Any":
    fd = duplicate.detach()
    try:
        own = os.open(f"/proc/self/fd/{fd}", os.O_RDONLY)
    except OSError:  # no longer allowed; so it shares the parent's position, which may be further on
        return os.fdopen(fd, **options)
    os.dup2(own, fd, inheritable=False)
    os.close(own)
    file = os.fdopen(fd, **options)
    file.seek(position)
    return file


def reopen_shared(duplicate: "Any", options: dict) -> "Any":
    return os.fdopen(duplicate.detach(), **options)
