"""CPython's `_posixshmem`: shared memory by name, which Linux keeps as files in /dev/shm."""

import os

__all__ = ["shm_open", "shm_unlink"]

_FOLDER = "/dev/shm/"


def shm_open(path, flags, mode=0o777):
    """Opens shared memory; returns its descriptor."""
    return _call(os.open, path, flags | os.O_NOFOLLOW | os.O_CLOEXEC, mode)


def shm_unlink(path):
    """Removes the name; the memory goes with its last user."""
    _call(os.unlink, path)


def _call(function, path, *arguments):
    try:
        return function(_FOLDER + path.lstrip("/"), *arguments)
    except OSError as e:
        raise OSError(e.errno, e.strerror, path) from None
