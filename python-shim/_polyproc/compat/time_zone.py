"""`time.tzset`, and the functions of `time` that know the local time zone.

GraalPy 25.0.3 looks at the zone when it begins, and `tzset` changes nothing. After the first call of it the C library
tells the local time; until then GraalPy's own functions do.
"""
# Needed while: import os, time; os.environ["TZ"] = "Asia/Tokyo"; time.tzset(); time.localtime(0).tm_hour != 9

import os
import re
import time

import _polyproc
from _polyproc.compat.builtin_functions import builtin
from _polyproc.process.descriptors import call

_java = _polyproc.runtime.standardLibrary()

_YEAR = (365 * 24 + 6) * 3600
_ZONE = re.compile(r"%(?:%|[-_0^#]?([zZ]))")
_strftime = time.strftime
_asctime = time.asctime
_gmtime = time.gmtime


def set_zone():
    """Takes over what the variable TZ says."""
    _java.setTimeZone(os.environ.get("TZ"))
    for function in (localtime, mktime, ctime, asctime, strftime):
        setattr(time, function.__name__, function)
    january = int(time.time()) // _YEAR * _YEAR
    zones = [
        (-int(fields[9]), str(_java.zoneName(seconds)))
        for seconds in (january, january + _YEAR // 2)
        for fields in [_java.localTime(seconds)]
    ]
    if zones[0] < zones[1] and zones[0][0] != zones[1][0]:  # the southern hemisphere's summer
        zones.reverse()
    (time.timezone, standard), (time.altzone, summer) = zones
    time.tzname = standard, summer
    time.daylight = int(time.timezone != time.altzone)


def _seconds(value):
    if value is None:
        return int(time.time() // 1)
    if isinstance(value, float) and value != value:  # what GraalPy does depends on the calls before this one
        raise ValueError("Invalid value NaN (not a number)")
    _gmtime(value)  # raises what an unfit value raises
    return int(value // 1)


def _local(seconds):
    # `struct tm` counts years from 1900, months and days of the year from 0, and its week begins on Sunday.
    year, month, weekday, yearday = 5, 4, 6, 7
    fields = [int(field) for field in call("localTime", seconds, on=_java)]
    return time.struct_time(
        (
            fields[year] + 1900,
            fields[month] + 1,
            fields[3],
            fields[2],
            fields[1],
            fields[0],
            (fields[weekday] + 6) % 7,
            fields[yearday] + 1,
            fields[8],
            str(call("zoneName", seconds, on=_java)),
            fields[9],
        )
    )


@builtin("time")
def localtime(module, seconds=None, /):
    """Convert seconds since the Epoch to a time tuple expressing local time."""
    return _local(_seconds(seconds))


@builtin("time")
def mktime(module, time_tuple, /):
    """Convert a time tuple in local time to seconds since the Epoch."""
    if not isinstance(time_tuple, tuple):
        raise TypeError("Tuple or struct_time argument required")
    if len(time_tuple) < 9:
        raise TypeError("mktime(): illegal time tuple argument")
    year, month, day, hour, minute, second, _, _, summer = tuple(time_tuple)[:9]
    try:
        return float(call("secondsOf", [second, minute, hour, day, month - 1, year - 1900, 0, 0, summer], on=_java))
    except OSError:
        raise OverflowError("mktime argument out of range") from None


@builtin("time")
def ctime(module, seconds=None, /):
    """Convert a time in seconds since the Epoch to a string in local time."""
    return _asctime(_local(_seconds(seconds)))


@builtin("time")
def asctime(module, time_tuple=None, /):
    """Convert a time tuple to a string."""
    return _asctime(_local(_seconds(None)) if time_tuple is None else time_tuple)


@builtin("time")
def strftime(module, format, time_tuple=None, /):
    """Convert a time tuple to a string according to a format specification."""
    given = _local(_seconds(None)) if time_tuple is None else time_tuple
    return _strftime(_ZONE.sub(lambda found: _zone_text(found, given), format), given)


def _zone_text(found, given):
    if found[1] is None:
        return found[0]
    offset, name = getattr(given, "tm_gmtoff", None), getattr(given, "tm_zone", None)
    if offset is None:
        summer = len(given) > 8 and given[8] > 0
        offset, name = -(time.altzone if summer else time.timezone), time.tzname[summer]
    if found[1] == "Z":
        return name.replace("%", "%%")
    return f"{'-' if offset < 0 else '+'}{abs(offset) // 3600:02}{abs(offset) % 3600 // 60:02}"
