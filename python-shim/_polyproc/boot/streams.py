"""The standard streams of a process: how they are buffered, and their last flush."""

import sys

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any


def set_buffering() -> None:
    """Buffers standard output as CPython does; GraalPy's writes each line at once."""
    for stream in (sys.stdout, sys.stderr):
        if stream is not None and hasattr(stream.buffer, "raw"):
            stream.reconfigure(line_buffering=stream is sys.stderr or stream.isatty(),
                               write_through=False)


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
