"""`fcntl`: GraalPy 25.0.3 has no `fcntl.fcntl` and few constants, and its other functions have other errors."""
# Needed while: import fcntl; not hasattr(fcntl, "fcntl")

import operator
import sys

from _polyproc.compat.arguments import c_int, fileno
from _polyproc.compat.libc import builtin, call

_module = builtin("fcntl")
_CONSTANTS = {
    "DN_ACCESS": 1,
    "DN_ATTRIB": 32,
    "DN_CREATE": 4,
    "DN_DELETE": 8,
    "DN_MODIFY": 2,
    "DN_MULTISHOT": 0x80000000,
    "DN_RENAME": 16,
    "FASYNC": 0x2000,
    "FD_CLOEXEC": 1,
    "FICLONE": 0x40049409,
    "FICLONERANGE": 0x4020940D,
    "F_ADD_SEALS": 1033,
    "F_DUPFD": 0,
    "F_DUPFD_CLOEXEC": 1030,
    "F_EXLCK": 4,
    "F_GETFD": 1,
    "F_GETFL": 3,
    "F_GETLEASE": 1025,
    "F_GETLK": 5,
    "F_GETLK64": 5,
    "F_GETOWN": 9,
    "F_GETPIPE_SZ": 1032,
    "F_GETSIG": 11,
    "F_GET_SEALS": 1034,
    "F_NOTIFY": 1026,
    "F_OFD_GETLK": 36,
    "F_OFD_SETLK": 37,
    "F_OFD_SETLKW": 38,
    "F_SEAL_GROW": 4,
    "F_SEAL_SEAL": 1,
    "F_SEAL_SHRINK": 2,
    "F_SEAL_WRITE": 8,
    "F_SETFD": 2,
    "F_SETFL": 4,
    "F_SETLEASE": 1024,
    "F_SETLK": 6,
    "F_SETLK64": 6,
    "F_SETLKW": 7,
    "F_SETLKW64": 7,
    "F_SETOWN": 8,
    "F_SETPIPE_SZ": 1031,
    "F_SETSIG": 10,
    "F_SHLCK": 8,
    "LOCK_MAND": 32,
    "LOCK_READ": 64,
    "LOCK_RW": 192,
    "LOCK_WRITE": 128,
}
"""Linux's, which are the same on x86-64 and AArch64."""
_MAX_LENGTH = 1024
_LOCK_SH, _LOCK_EX, _LOCK_NB, _LOCK_UN = 1, 2, 4, 8
_F_SETLK, _F_SETLKW = 6, 7


def install(module):
    """Adds what the module lacks."""
    vars(module).update(_CONSTANTS)
    for function in (fcntl, ioctl, flock, lockf):
        setattr(module, function.__name__, function)


def _content(arg, what):
    if isinstance(arg, str):
        return arg.encode()
    try:
        return bytes(memoryview(arg))
    except TypeError:
        raise TypeError(f"a bytes-like object is required, not '{type(arg).__name__}'") from None


def _number(arg):
    number = operator.index(arg)
    if not -0x80000000 <= number <= 0xFFFFFFFF:
        raise OverflowError("signed integer is greater than maximum" if number > 0 else "signed integer is less than minimum")
    return number


@_module
def fcntl(fd, cmd, arg=0, /):
    """Perform the operation `cmd` on file descriptor fd; returns an int, or bytes where arg is a buffer."""
    fd, cmd = fileno(fd), c_int(cmd)
    sys.audit("fcntl.fcntl", fd, cmd, arg)
    if hasattr(type(arg), "__index__"):
        return call("fcntl", fd, cmd, _number(arg) & 0xFFFFFFFF)
    content = _content(arg, "fcntl")
    if len(content) > _MAX_LENGTH:
        raise ValueError("fcntl string arg too long")
    buffer = bytearray(content)
    call("fcntl", fd, cmd, buffer)
    return bytes(buffer)


@_module
def ioctl(fd, request, arg=0, mutate_flag=True, /):
    """Perform the operation request on file descriptor fd."""
    fd = fileno(fd)
    request = operator.index(request) & 0xFFFFFFFF
    sys.audit("fcntl.ioctl", fd, request, arg)
    if hasattr(type(arg), "__index__"):
        return call("ioctl", fd, request, _number(arg) & 0xFFFFFFFF)
    if isinstance(arg, str):
        content, view = arg.encode(), None
    else:
        try:
            view = memoryview(arg)
        except TypeError:
            raise TypeError(
                "ioctl requires a file or file descriptor, an integer and optionally an integer or buffer argument"
            ) from None
        content = bytes(view)
    if view is not None and not view.readonly and mutate_flag:
        # The kernel may write more than is there, as in CPython into memory of its own.
        buffer = bytearray(max(len(content), _MAX_LENGTH))
        buffer[: len(content)] = content
        result = call("ioctl", fd, request, buffer)
        view.cast("B")[:] = buffer[: len(content)]
        return result
    if len(content) > _MAX_LENGTH:
        raise ValueError("ioctl string arg too long")
    buffer = bytearray(_MAX_LENGTH)
    buffer[: len(content)] = content
    call("ioctl", fd, request, buffer)
    return bytes(buffer[: len(content)])


@_module
def flock(fd, operation, /):
    """Perform the lock operation on file descriptor fd."""
    fd, operation = fileno(fd), c_int(operation)
    sys.audit("fcntl.flock", fd, operation)
    call("flock", fd, operation)


@_module
def lockf(fd, cmd, len=0, start=0, whence=0, /):
    """A wrapper around the fcntl() locking calls."""
    fd, cmd = fileno(fd), c_int(cmd)
    sys.audit("fcntl.lockf", fd, cmd, len, start, whence)
    kinds = {_LOCK_UN: 2, _LOCK_SH: 0, _LOCK_EX: 1}
    kind = next((kinds[flag] for flag in (_LOCK_UN, _LOCK_SH, _LOCK_EX) if cmd & flag), None)
    if kind is None:
        raise ValueError("unrecognized lockf argument")
    lock = b"".join(
        (
            kind.to_bytes(2, "little"),
            (c_int(whence) & 0xFFFF).to_bytes(2, "little"),
            bytes(4),
            (operator.index(start)).to_bytes(8, "little", signed=True),
            (operator.index(len)).to_bytes(8, "little", signed=True),
            bytes(8),
        )
    )
    call("fcntl", fd, _F_SETLK if cmd & _LOCK_NB else _F_SETLKW, lock)
