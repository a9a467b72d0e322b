"""The standard streams of a process: how they are buffered, and their last flush."""

import io
import sys

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any


def set_buffering() -> None:
    """Reads and writes lines as CPython does: GraalPy writes each one at once, and reads "\\r" as a line's end."""
    if sys.stdin is not None and hasattr(sys.stdin.buffer, "raw"):
        sys.stdin.reconfigure(newline="\n", line_buffering=sys.stdin.isatty())
    for stream in (sys.stdout, sys.stderr):
        if stream is not None and hasattr(stream.buffer, "raw"):
            stream.reconfigure(line_buffering=stream is sys.stderr or stream.isatty(), write_through=False)


def write_through() -> None:
    """Lets standard output and error write at once whatever they are given: the option -u."""
    for name, descriptor in (("stdout", 1), ("stderr", 2)):
        stream = getattr(sys, name)
        if stream is None or not hasattr(stream.buffer, "raw"):
            continue
        stream.flush()
        raw = io.FileIO(descriptor, "w", closefd=False)
        new: "Any" = io.TextIOWrapper(raw, stream.encoding, stream.errors, write_through=True)
        raw.name, new.mode = f"<{name}>", "w"
        setattr(sys, name, new)
        setattr(sys, f"__{name}__", new)


def flush_all() -> None:
    """Flushes the standard streams, as far as possible."""
    for stream in (sys.stdout, sys.stderr):
        flush(stream)


def flush(stream: "Any", quiet: bool = False) -> bool:
    """Flushes a standard stream; False if its data could not be written."""
    try:
        if stream is not None and not getattr(stream, "closed", False):
            stream.flush()
        return True
    except BaseException as e:
        if not quiet and stream is sys.stdout and sys.stderr is not None:
            print(f"Exception ignored in: {stream!r}\n{type(e).__name__}: {e}", file=sys.stderr)
        return False
