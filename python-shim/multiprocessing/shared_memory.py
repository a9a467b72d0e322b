"""Named shared memory: the standard library's, which is refused where its file system has no room for it.

The kernel hands the memory out page by page, as it is written to; what no longer fits ends the process by SIGBUS.
"""

import errno

from _polyproc.stdlib import load_stdlib

load_stdlib(globals())

_FOLDER = "/dev/shm"
_create = SharedMemory.__init__


def _has_room(size):
    try:
        folder = os.statvfs(_FOLDER)
    except OSError:
        return True
    return size <= folder.f_bavail * folder.f_frsize


def _checked_init(self, name=None, create=False, size=0):
    if create and size > 0 and not _has_room(size):
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC) + f" for shared memory of {size} bytes", _FOLDER)
    _create(self, name, create, size)


_checked_init.__name__, _checked_init.__qualname__ = _create.__name__, _create.__qualname__
_checked_init.__doc__ = _create.__doc__
SharedMemory.__init__ = _checked_init
