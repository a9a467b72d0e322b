"""Functions of `os` for descriptors and files that GraalPy 25.0.3 lacks."""
# Needed while: import os; not hasattr(os, "pipe2")

import operator
import os
import sys

import _polyproc
from _polyproc.compat.arguments import c_int, c_long, directory
from _polyproc.compat.arguments import path as _path
from _polyproc.compat.libc import Memory, builtin, call, call_for_error, call_long, call_once, error, words
from _polyproc.compat.os_constants import confstr_names, pathconf_names

_posix = builtin("posix")
_CLOEXEC = 0x80000
_MAX_VECTORS = 1024


@_posix
def pipe2(flags, /):
    """Create a pipe with flags set atomically."""
    ends = bytearray(8)
    call("pipe2", ends, c_int(flags))
    return int.from_bytes(ends[:4], "little"), int.from_bytes(ends[4:], "little")


@_posix
def closerange(fd_low, fd_high, /):
    """Closes all file descriptors in [fd_low, fd_high), ignoring errors.

    Those that the JVM has opened for itself stay open, as it reads its classes from them, and a program that closes all
    numbers there are has not opened them. In a Java program it is not known which are the program's.
    """
    low, high = max(c_int(fd_low), 0), c_int(fd_high)
    known = os.listdir("/proc/self/fd") if _polyproc.embedded else _polyproc.runtime.programDescriptors()
    for fd in {0, 1, 2, *map(int, known)}:
        if low <= fd < high:
            call_once("close", fd)


@_posix
def pread(fd, length, offset, /):
    """Read a number of bytes from a file descriptor starting at a particular offset."""
    fd, length, offset = c_int(fd), c_long(length), c_long(offset)
    if length < 0:
        raise error(22)
    with Memory(length) as memory:
        return memory.read(call_long("pread", fd, memory.address, length, offset))


@_posix
def pwrite(fd, buffer, offset, /):
    """Write bytes to a file descriptor starting at a particular offset."""
    content = bytes(_view(buffer))
    return call_long("pwrite", c_int(fd), content, len(content), c_long(offset))


def _view(buffer, writable=False):
    try:
        view = memoryview(buffer)
    except TypeError:
        raise TypeError(f"a bytes-like object is required, not '{type(buffer).__name__}'") from None
    if writable and view.readonly:
        raise BufferError("Object is not writable.")
    return view if view.format == "B" and view.ndim == 1 else view.cast("B")


def _views(buffers, function, writable):
    if not hasattr(type(buffers), "__getitem__") or not hasattr(type(buffers), "__len__"):
        raise TypeError(f"{function}() arg 2 must be a sequence")
    return [_view(buffer, writable) for buffer in buffers]


def _read_into(function, name, fd, buffers, *rest):
    views = _views(buffers, function, True)
    if len(views) > _MAX_VECTORS:
        raise error(22)
    total = sum(len(view) for view in views)
    with Memory(total) as memory:
        got = call_long(name, fd, *_vector(memory.address, total), *rest)
        content = memory.read(got)
    for view in views:
        part, content = content[: len(view)], content[len(view) :]
        view[: len(part)] = part
    return got


def _vector(address, size):
    """The arguments for one `iovec`."""
    return words(address, size), 1


def _write_from(function, name, fd, buffers, *rest):
    views = _views(buffers, function, False)
    if len(views) > _MAX_VECTORS:
        raise error(22)
    content = b"".join(views)
    with Memory(len(content)) as memory:
        memory.write(content)
        return call_long(name, fd, *_vector(memory.address, len(content)), *rest)


@_posix
def readv(fd, buffers, /):
    """Read from a file descriptor fd into an iterable of buffers."""
    return _read_into("readv", "readv", c_int(fd), buffers)


@_posix
def writev(fd, buffers, /):
    """Iterate over buffers, and write the contents of each to a file descriptor."""
    return _write_from("writev", "writev", c_int(fd), buffers)


@_posix
def preadv(fd, buffers, offset, flags=0, /):
    """Reads from a file descriptor into a number of mutable bytes-like objects, from an offset on."""
    return _read_into("preadv2", "preadv2", c_int(fd), buffers, c_long(offset), c_int(flags))


@_posix
def pwritev(fd, buffers, offset, flags=0, /):
    """Writes the contents of bytes-like objects to a file descriptor at a given offset."""
    return _write_from("pwritev2", "pwritev2", c_int(fd), buffers, c_long(offset), c_int(flags))


@_posix
def sendfile(out_fd, in_fd, offset, count):
    """Copy count bytes from file descriptor in_fd to file descriptor out_fd."""
    out_fd, in_fd, count = c_int(out_fd), c_int(in_fd), c_long(count)
    return call_long("sendfile", out_fd, in_fd, 0 if offset is None else words(c_long(offset)), count)


def _offset(value):
    return 0 if value is None else words(c_long(value))


def _count(value):
    number = c_long(value)
    if number < 0:
        raise ValueError("negative value for 'count' not allowed")
    return number


@_posix
def copy_file_range(src, dst, count, offset_src=None, offset_dst=None):
    """Copy count bytes from one file descriptor to another."""
    return call_long("copy_file_range", c_int(src), _offset(offset_src), c_int(dst), _offset(offset_dst), _count(count), 0)


@_posix
def splice(src, dst, count, offset_src=None, offset_dst=None, flags=0):
    """Transfer count bytes from one pipe to a descriptor or vice versa."""
    return call_long("splice", c_int(src), _offset(offset_src), c_int(dst), _offset(offset_dst), _count(count), c_int(flags))


@_posix
def posix_fadvise(fd, offset, length, advice, /):
    """Announce an intention to access data in a specific pattern."""
    call_for_error("posix_fadvise", c_int(fd), c_long(offset), c_long(length), c_int(advice))


@_posix
def posix_fallocate(fd, offset, length, /):
    """Ensure a file has allocated at least a particular number of bytes on disk."""
    call_for_error("posix_fallocate", c_int(fd), c_long(offset), c_long(length))


@_posix
def fdatasync(fd):
    """Force write of fd to disk without forcing update of metadata."""
    from _polyproc.compat.arguments import fileno

    call("fdatasync", fileno(fd))


@_posix
def sync():
    """Force write of everything to disk."""
    call_once("sync")


@_posix
def lockf(fd, command, length, /):
    """Apply, test or remove a POSIX lock on an open file descriptor."""
    call("lockf", c_int(fd), c_int(command), c_long(length))


@_posix
def mkfifo(path, mode=0o666, *, dir_fd=None):
    """Create a "fifo" (a POSIX named pipe)."""
    call("mkfifoat", directory(dir_fd), _path(path, "mkfifo"), c_int(mode))


@_posix
def mknod(path, mode=0o600, device=0, *, dir_fd=None):
    """Create a node in the file system: a file, a device special file or a named pipe."""
    call("mknodat", directory(dir_fd), _path(path, "mknod"), c_int(mode), _device(device))


def _device(device):
    number = operator.index(device)
    if number < 0:
        raise OverflowError("can't convert negative int to unsigned")
    return number


@_posix
def major(device, /):
    """Extracts a device major number from a raw device number."""
    number = _device(device)
    return number >> 8 & 0xFFF | number >> 32 & 0xFFFFF000


@_posix
def minor(device, /):
    """Extracts a device minor number from a raw device number."""
    number = _device(device)
    return number & 0xFF | number >> 12 & 0xFFFFFF00


@_posix
def makedev(major, minor, /):
    """Composes a raw device number from the major and minor device numbers."""
    high, low = (operator.index(number) & 0xFFFFFFFF for number in (major, minor))
    return (high & 0xFFF) << 8 | (high & 0xFFFFF000) << 32 | low & 0xFF | (low & 0xFFFFFF00) << 12


@_posix
def memfd_create(name, flags=1):
    """Creates an anonymous file in memory and returns its file descriptor."""
    if not isinstance(name, (str, bytes)) and not hasattr(type(name), "__fspath__"):
        raise TypeError(f"expected str, bytes or os.PathLike object, not {type(name).__name__}")
    encoded = os.fsencode(name)
    if b"\0" in encoded:
        raise ValueError("embedded null byte")
    return call("memfd_create", encoded, _unsigned(flags))


def _unsigned(value):
    return operator.index(value) & 0xFFFFFFFF


@_posix
def eventfd(initval, flags=_CLOEXEC):
    """Creates and returns an event notification file descriptor."""
    return call("eventfd", _unsigned(initval), c_int(flags))


@_posix
def eventfd_read(fd):
    """Read eventfd value."""
    from _polyproc.compat.arguments import fileno

    value = bytearray(8)
    call("eventfd_read", fileno(fd), value)
    return int.from_bytes(value, "little")


@_posix
def eventfd_write(fd, value):
    """Write eventfd value."""
    from _polyproc.compat.arguments import fileno

    call("eventfd_write", fileno(fd), _signed(operator.index(value)))


def _signed(number):
    number &= 0xFFFFFFFFFFFFFFFF
    return number - (1 << 64) if number >= 1 << 63 else number


@_posix
def getrandom(size, flags=0):
    """Obtain a series of random bytes."""
    size = operator.index(size)
    if size < 0:
        raise error(22)
    with Memory(size) as memory:
        return memory.read(call_long("getrandom", memory.address, size, c_int(flags)))


@_posix
def device_encoding(fd):
    """Return a string describing the encoding of a terminal's file descriptor; None if it is no terminal."""
    if not os.isatty(c_int(fd)):
        return None
    if sys.flags.utf8_mode:
        return "utf-8"
    import locale

    return locale.getencoding()


def _configuration(name, names):
    if isinstance(name, str):
        if name not in names:
            raise ValueError("unrecognized configuration name")
        return names[name]
    if not hasattr(type(name), "__index__"):
        raise TypeError("configuration names must be strings or integers")
    return c_int(name)


@_posix
def confstr(name, /):
    """Return a string-valued system configuration variable."""
    name = _configuration(name, confstr_names)
    size = call_long("confstr", name, 0, 0)
    if size == 0:
        return None
    with Memory(size) as memory:
        call_long("confstr", name, memory.address, size)
        return os.fsdecode(memory.read(size - 1))


@_posix
def pathconf(path, name):
    """Return the configuration limit name for the file or directory path."""
    number = _configuration(name, pathconf_names)
    if hasattr(type(path), "__index__"):
        return _limit("fpathconf", c_int(path), number, path)
    return _limit("pathconf", _path(path, "pathconf", allow_fd=True), number, path)


@_posix
def fpathconf(fd, name, /):
    """Return the configuration limit name for the file descriptor fd; -1 if there is none."""
    from _polyproc.compat.arguments import fileno

    return _limit("fpathconf", fileno(fd), _configuration(name, pathconf_names), None)


def _limit(function, target, name, path):
    # -1 says that there is no limit, or that the call has failed: the latter for two reasons at most.
    try:
        return call_long(function, target, name, filename=path if function == "pathconf" else None)
    except OSError as e:
        if function == "fpathconf" and e.errno != 9 and e.errno != 22:
            return -1
        if function == "pathconf" and os.path.exists(path) and e.errno != 22:
            return -1
        raise


# Extended attributes


def _attribute(path, follow_symlinks, function, name):
    """The name of the system's function, and what it is about."""
    target = _path(path, function, allow_fd=True)
    if isinstance(target, int):
        if not follow_symlinks:
            raise ValueError(f"{function}: cannot use fd and follow_symlinks together")
        return "f" + name, target
    return name if follow_symlinks else "l" + name, target


def _read_growing(function, *args, filename):
    """What a function writes into memory as large as it wants."""
    for size in (256, 0x10000):
        with Memory(size) as memory:
            try:
                got = call_long(
                    function, *args, memory.address, size, filename=None if isinstance(filename, int) else filename
                )
                return memory.read(got)
            except OSError as e:
                if e.errno != 34 or size > 256:
                    raise


@_posix
def getxattr(path, attribute, *, follow_symlinks=True):
    """Return the value of extended attribute attribute on path."""
    function, target = _attribute(path, follow_symlinks, "getxattr", "getxattr")
    return _read_growing(function, target, _path(attribute, "getxattr", "attribute"), filename=path)


@_posix
def setxattr(path, attribute, value, flags=0, *, follow_symlinks=True):
    """Set extended attribute attribute on path to value."""
    function, target = _attribute(path, follow_symlinks, "setxattr", "setxattr")
    content = bytes(_view(value))
    call(function, target, _path(attribute, "setxattr", "attribute"), content, len(content), c_int(flags), filename=path)


@_posix
def removexattr(path, attribute, *, follow_symlinks=True):
    """Remove extended attribute attribute on path."""
    function, target = _attribute(path, follow_symlinks, "removexattr", "removexattr")
    call(function, target, _path(attribute, "removexattr", "attribute"), filename=path)


@_posix
def listxattr(path=None, *, follow_symlinks=True):
    """Return a list of extended attributes on path."""
    function, target = _attribute("." if path is None else path, follow_symlinks, "listxattr", "listxattr")
    return [
        os.fsdecode(name)
        for name in _read_growing(function, target, filename="." if path is None else path).split(b"\0")
        if name
    ]
