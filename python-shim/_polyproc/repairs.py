"""What GraalPy 25.0.3 does otherwise than CPython and programs notice, put right at boot."""

import builtins
import sys
import time

_sleep = time.sleep
_compile = builtins.compile
_FUTURE_FEATURES = 0x1fe0000
_SLICE = 0.1
_level = 0


def install(optimize):
    """Puts right what every program meets; optimize: how often -O was given."""
    time.sleep = sleep
    set_buffering()
    if optimize:
        global _level
        _level = optimize
        builtins.compile = compile


def sleep(seconds, /):
    """Delays execution for a given number of seconds, which may be a fraction."""
    # Whole seconds GraalPy counts by the clock's: it would wait, and spin, until the next one is over.
    left = float(seconds) if isinstance(seconds, (int, float)) else 0.0
    end = time.monotonic() + left if left > _SLICE else 0
    # No signal ends its sleep; handlers run in between.
    while left > _SLICE:
        _sleep(_SLICE)
        left = end - time.monotonic()
    if left > 0 or not end:
        _sleep(left if isinstance(seconds, (int, float)) else seconds)


def compile(source, filename, mode, flags=0, dont_inherit=False, optimize=-1, **options):
    """Compiles source into a code object as -O asks for; GraalPy keeps assert statements."""
    if not dont_inherit:
        flags |= sys._getframe(1).f_code.co_flags & _FUTURE_FEATURES
    return _compile(source, filename, mode, flags, True, _level if optimize == -1 else optimize,
                    **options)


# Pickled, and shown, as what they stand for.
sleep.__module__ = "time"
compile.__module__ = "builtins"


def set_buffering():
    """Buffers standard output as CPython does; GraalPy's writes each line at once."""
    for stream in (sys.stdout, sys.stderr):
        if stream is not None and hasattr(stream.buffer, "raw"):
            stream.reconfigure(line_buffering=stream is sys.stderr or stream.isatty(),
                               write_through=False)
