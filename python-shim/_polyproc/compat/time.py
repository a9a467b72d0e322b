"""`time`: GraalPy 25.0.3 has no clocks by their ids, and `tzset` changes nothing."""
# Needed while: import time; not hasattr(time, "clock_gettime_ns") or not hasattr(time, "clock_settime")

import operator

from _polyproc.compat.libc import builtin, call, integer, words

_module = builtin("time")

CLOCK_REALTIME = 0
CLOCK_MONOTONIC = 1
CLOCK_PROCESS_CPUTIME_ID = 2
CLOCK_THREAD_CPUTIME_ID = 3
CLOCK_MONOTONIC_RAW = 4
CLOCK_BOOTTIME = 7
CLOCK_TAI = 11
_SECOND = 10**9


def _clock(clk_id):
    number = operator.index(clk_id)
    if not -0x80000000 <= number <= 0x7FFFFFFF:
        raise OverflowError("Python int too large to convert to C int")
    return number


def _nanoseconds(function, clk_id):
    content = bytearray(16)
    call(function, _clock(clk_id), content)
    return integer(content, 0, 8) * _SECOND + integer(content, 8, 8)


@_module
def clock_gettime(clk_id, /):
    """Return the time of the specified clock clk_id as a float."""
    return _nanoseconds("clock_gettime", clk_id) / _SECOND


@_module
def clock_gettime_ns(clk_id, /):
    """Return the time of the specified clock clk_id as nanoseconds (int)."""
    return _nanoseconds("clock_gettime", clk_id)


@_module
def clock_getres(clk_id, /):
    """Return the resolution (precision) of the specified clock clk_id, in seconds."""
    return _nanoseconds("clock_getres", clk_id) / _SECOND


def _set(clk_id, nanoseconds):
    seconds, rest = divmod(nanoseconds, _SECOND)
    if not -1 << 63 <= seconds < 1 << 63:
        raise OverflowError("timestamp out of range for platform time_t")
    call("clock_settime", _clock(clk_id), words(seconds, rest))


@_module
def clock_settime(clk_id, time, /):
    """Set the time of the specified clock clk_id, in seconds."""
    if isinstance(time, float):
        if time != time:
            raise ValueError("Invalid value NaN (not a number)")
        _set(clk_id, int(time // 1) * _SECOND + int(time % 1 * _SECOND))
    else:
        _set(clk_id, operator.index(time) * _SECOND)


@_module
def clock_settime_ns(clk_id, time, /):
    """Set the time of the specified clock clk_id with nanoseconds."""
    if not hasattr(type(time), "__index__"):
        raise TypeError(f"expect int, got {type(time).__name__}")
    _set(clk_id, operator.index(time))


@_module
def pthread_getcpuclockid(thread_id, /):
    """Return the clk_id of a thread's CPU time clock."""
    # pthread_getcpuclockid(3) of the C library makes the number so, of the kernel's id of the thread.
    from _polyproc.compat.threads import native_id

    thread = native_id(operator.index(thread_id))
    if thread is None:
        from _polyproc.compat.libc import error

        raise error(3)
    return ~thread << 3 | 6


@_module
def tzset():
    """Initialize, or reinitialize, the local timezone to the value stored in os.environ['TZ']."""
    from _polyproc.compat import time_zone

    time_zone.set_zone()
