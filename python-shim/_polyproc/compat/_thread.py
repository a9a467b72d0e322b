"""The locks of threads: GraalPy 25.0.3's, but for three things.

After the release of an unlocked lock GraalPy lets two threads in from that moment on; CPython raises RuntimeError.
GraalPy's RLock takes no arguments; CPython's ignores them, so that a class may have `threading.RLock` as an attribute.
GraalPy's RLock has no `_at_fork_reinit`, which `threading` and `logging` call in a forked child.
"""
# Needed while: import _thread; not hasattr(_thread.RLock, "_at_fork_reinit")

import _thread

from _polyproc.compat.builtin_functions import builtin

_new = _thread.allocate_lock
_RLock = _thread.RLock


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
        # In place: a Condition has the method `acquire` of its lock.
        if self.locked():
            self._lock.release()

    def __reduce_ex__(self, protocol):
        raise TypeError("cannot pickle '_thread.lock' object")

    def __repr__(self):
        return f"<{'locked' if self.locked() else 'unlocked'} _thread.lock object at {id(self):#x}>"


lock.__module__ = "_thread"


@builtin("_thread")
def allocate_lock(module, /):
    """Makes a new lock."""
    return lock()


class RLock:
    """A lock that its holder may acquire again, as `threading.RLock()` makes it."""

    __slots__ = (
        "_lock",
        "acquire",
        "release",
        "_is_owned",
        "_release_save",
        "_acquire_restore",
        "_recursion_count",
        "__weakref__",
    )

    def __init__(self, *args, **kwargs):
        self._lock = builtin_lock = _RLock()
        # Called without a detour.
        self.acquire = builtin_lock.acquire
        self.release = builtin_lock.release
        self._is_owned = builtin_lock._is_owned
        self._release_save = builtin_lock._release_save
        self._acquire_restore = builtin_lock._acquire_restore
        self._recursion_count = getattr(builtin_lock, "_recursion_count", None)

    def __enter__(self):
        return self.acquire()

    def __exit__(self, *exc_info):
        self.release()

    def _at_fork_reinit(self):
        if self._is_owned():
            self._release_save()
        elif not self.acquire(False):
            RLock.__init__(self)  # its owner has vanished, and only an owner can release GraalPy's
        else:
            self.release()

    def __reduce_ex__(self, protocol):
        raise TypeError("cannot pickle '_thread.RLock' object")

    def __repr__(self):
        text = repr(self._lock).replace(" RLock object", " _thread.RLock object")
        return f"{text.rpartition(' at ')[0]} at {id(self):#x}>"


RLock.__module__ = "_thread"


def install():
    """Replaces what the module `threading` takes over, before it does."""
    _thread.RLock = RLock
    _thread.LockType = lock
    _thread.allocate_lock = _thread.allocate = allocate_lock
