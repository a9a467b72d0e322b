"""What CPython's functions accept as arguments, and how they say that they do not."""
# Serves: the other files, for their arguments

import operator
import os


def c_int(value):
    """An int of 32 bits."""
    number = operator.index(value)
    if not -0x80000000 <= number <= 0x7FFFFFFF:
        raise OverflowError("Python int too large to convert to C int")
    return number


def c_long(value):
    """An int of 64 bits."""
    number = operator.index(value)
    if not -1 << 63 <= number < 1 << 63:
        raise OverflowError("Python int too large to convert to C long")
    return number


def fileno(value):
    """A descriptor: an int, or an object with `fileno()`."""
    if isinstance(value, int):
        number = c_int(value)
    else:
        method = getattr(value, "fileno", None)
        if method is None:
            raise TypeError("argument must be an int, or have a fileno() method.")
        number = method()
        if not isinstance(number, int):
            raise TypeError("fileno() returned a non-integer")
        number = c_int(number)
    if number < 0:
        raise ValueError(f"file descriptor cannot be a negative integer ({number})")
    return number


def path(value, function, argument="path", allow_fd=False):
    """The bytes of a path; or an int, if that is allowed."""
    if isinstance(value, (str, bytes)):
        encoded = os.fsencode(value)
    elif allow_fd and hasattr(type(value), "__index__"):
        return c_int(value)
    else:
        kinds = "string, bytes, os.PathLike or integer" if allow_fd else "string, bytes or os.PathLike"
        if not hasattr(type(value), "__fspath__"):
            raise TypeError(f"{function}: {argument} should be {kinds}, not {type(value).__name__}")
        encoded = os.fsencode(value)
    if b"\0" in encoded:
        raise ValueError(f"{function}: embedded null character in {argument}")
    return encoded


def directory(dir_fd):
    """The descriptor of a folder that relative paths begin at."""
    if dir_fd is None:
        return -100  # AT_FDCWD
    if not hasattr(type(dir_fd), "__index__"):
        raise TypeError(f"argument should be integer or None, not {type(dir_fd).__name__}")
    return c_int(dir_fd)


def _identity(kind):
    def convert(value):
        if not hasattr(type(value), "__index__"):
            raise TypeError(f"{kind} should be integer, not {type(value).__name__}")
        number = operator.index(value)
        if number < -1:
            raise OverflowError(f"{kind} is less than minimum")
        if number > 0xFFFFFFFF:
            raise OverflowError(f"{kind} is greater than maximum")
        return number & 0xFFFFFFFF

    return convert


uid = _identity("uid")
gid = _identity("gid")


def seconds(value):
    """A number of seconds as nanoseconds, rounded up."""
    if isinstance(value, float):
        if value != value:
            raise ValueError("Invalid value NaN (not a number)")
        whole = int(value)
        return whole * 10**9 + -int(-(value - whole) * 1e9 // 1)
    return operator.index(value) * 10**9
