"""The lock of threads: GraalPy 25.0.3's, but for the release of an unlocked one.

GraalPy then lets two threads in from that moment on; CPython raises RuntimeError.
"""

import _thread

_new = _thread.allocate_lock


class lock:
    """A lock, as `threading.Lock()` makes it."""

    __slots__ = ("_lock", "acquire", "locked", "__weakref__")

    def __init__(self):
        self._lock = builtin = _new()
        # Called without a detour.
        self.acquire = builtin.acquire
        self.locked = builtin.locked

    def __init_subclass__(cls):
        raise TypeError("type '_thread.lock' is not an acceptable base type")

    def release(self):
        if not self.locked():
            raise RuntimeError("release unlocked lock")
        self._lock.release()

    def __enter__(self):
        return self.acquire()

    def __exit__(self, *exc_info):
        self.release()

    # Former names, which CPython too still has.
    acquire_lock = property(lambda self: self.acquire)
    locked_lock = property(lambda self: self.locked)
    release_lock = release

    def _at_fork_reinit(self):
        self.__init__()

    def __reduce_ex__(self, protocol):
        raise TypeError("cannot pickle '_thread.lock' object")

    def __repr__(self):
        return f"<{'locked' if self.locked() else 'unlocked'} _thread.lock object at {id(self):#x}>"


lock.__module__ = "_thread"


def allocate_lock():
    """Makes a new lock."""
    return lock()


def install():
    """Replaces the function before the module `threading` takes it over."""
    allocate_lock.__module__ = "_thread"
    _thread.LockType = lock
    _thread.allocate_lock = _thread.allocate = allocate_lock
