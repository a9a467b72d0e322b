"""Functions of `os` for users, groups and terminals that GraalPy 25.0.3 lacks.

The C library sets the ids of all threads of the process, as POSIX asks.
"""
# Needed while: import os; not hasattr(os, "setuid")

import os

from _polyproc.compat.arguments import c_int, fileno
from _polyproc.compat.arguments import gid as _gid
from _polyproc.compat.arguments import path as _path
from _polyproc.compat.arguments import uid as _uid
from _polyproc.compat.libc import Memory, builtin, call, call_for_error, integer

_posix = builtin("posix")
_MAX_GROUPS = 65536


@_posix
def setuid(uid, /):
    """Set the current process's user id."""
    call("setuid", _uid(uid))


@_posix
def seteuid(euid, /):
    """Set the current process's effective user id."""
    call("seteuid", _uid(euid))


@_posix
def setreuid(ruid, euid, /):
    """Set the current process's real and effective user ids."""
    call("setreuid", _uid(ruid), _uid(euid))


@_posix
def setresuid(ruid, euid, suid, /):
    """Set the current process's real, effective, and saved user ids."""
    call("setresuid", _uid(ruid), _uid(euid), _uid(suid))


@_posix
def getresuid():
    """Return a tuple of the current process's real, effective, and saved user ids."""
    return _three("getresuid")


@_posix
def setgid(gid, /):
    """Set the current process's group id."""
    call("setgid", _gid(gid))


@_posix
def setegid(egid, /):
    """Set the current process's effective group id."""
    call("setegid", _gid(egid))


@_posix
def setregid(rgid, egid, /):
    """Set the current process's real and effective group ids."""
    call("setregid", _gid(rgid), _gid(egid))


@_posix
def setresgid(rgid, egid, sgid, /):
    """Set the current process's real, effective, and saved group ids."""
    call("setresgid", _gid(rgid), _gid(egid), _gid(sgid))


@_posix
def getresgid():
    """Return a tuple of the current process's real, effective, and saved group ids."""
    return _three("getresgid")


def _three(function):
    ids = [bytearray(4) for _ in range(3)]
    call(function, *ids)
    return tuple(integer(each, 0) for each in ids)


@_posix
def setgroups(groups, /):
    """Set the groups of the current process to list."""
    if not hasattr(type(groups), "__getitem__") or isinstance(groups, dict):
        raise TypeError("setgroups argument must be a sequence")
    if len(groups) > _MAX_GROUPS:
        raise ValueError("too many groups")
    numbers = []
    for group in groups:
        if not isinstance(group, int):
            raise TypeError("groups must be integers")
        numbers.append(_gid(group))
    call("setgroups", len(numbers), b"".join(number.to_bytes(4, "little") for number in numbers))


@_posix
def initgroups(username, gid, /):
    """Initialize the group access list: all groups of which the user is a member, and the group id."""
    call("initgroups", _name(username), _gid(gid), filename=None)


def _name(username):
    encoded = os.fsencode(username)
    if b"\0" in encoded:
        raise ValueError("embedded null byte")
    return encoded


@_posix
def getgrouplist(user, group, /):
    """Returns a list of groups to which a user belongs."""
    user, group = _name(user), _gid(group)
    size = _MAX_GROUPS
    count = bytearray(size.to_bytes(4, "little"))
    with Memory(4 * size) as groups:
        call("getgrouplist", user, group, groups.address, count)
        found = groups.read(4 * integer(count, 0))
    return [integer(found, offset, signed=True) for offset in range(0, len(found), 4)]


@_posix
def getlogin():
    """Return the actual login name."""
    with Memory(256) as name:
        call_for_error("getlogin_r", name.address, name.size)
        return os.fsdecode(name.read().partition(b"\0")[0])


@_posix
def chroot(path):
    """Change root directory to path."""
    call("chroot", _path(path, "chroot"), filename=path)


@_posix
def ttyname(fd, /):
    """Return the name of the terminal device connected to 'fd'."""
    with Memory(256) as name:
        call_for_error("ttyname_r", c_int(fd), name.address, name.size)
        return os.fsdecode(name.read().partition(b"\0")[0])


@_posix
def tcgetpgrp(fd, /):
    """Return the process group associated with the terminal specified by fd."""
    return call("tcgetpgrp", c_int(fd))


@_posix
def tcsetpgrp(fd, pgid, /):
    """Set the process group associated with the terminal specified by fd."""
    call("tcsetpgrp", c_int(fd), c_int(pgid))


@_posix
def login_tty(fd, /):
    """Prepare the tty of which fd is a file descriptor for a new login session."""
    call("login_tty", fileno(fd))
