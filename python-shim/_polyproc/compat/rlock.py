"""`_thread.RLock`: GraalPy 25.0.3's has no `_at_fork_reinit`, which `threading` and `logging` call after a fork."""

import _thread

_new = _thread.RLock


class RLock:
    """A lock that the thread which holds it may acquire again, as `threading.RLock()` makes it."""

    __slots__ = ("_lock", "acquire", "release", "_is_owned", "_release_save", "_acquire_restore",
                 "_recursion_count", "__weakref__")

    def __init__(self):
        self._lock = builtin = _new()
        # Called without a detour.
        self.acquire = builtin.acquire
        self.release = builtin.release
        self._is_owned = builtin._is_owned
        self._release_save = builtin._release_save
        self._acquire_restore = builtin._acquire_restore
        self._recursion_count = getattr(builtin, "_recursion_count", None)

    def __enter__(self):
        return self.acquire()

    def __exit__(self, *exc_info):
        self.release()

    def _at_fork_reinit(self):
        self.__init__()

    def __reduce_ex__(self, protocol):
        raise TypeError("cannot pickle '_thread.RLock' object")

    def __repr__(self):
        return repr(self._lock)


RLock.__module__ = "_thread"


def install():
    """Replaces the type before the module `threading` takes it over."""
    _thread.RLock = RLock
