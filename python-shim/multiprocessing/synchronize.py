"""Locks and what is built on them: the standard library's, over semaphores without names."""

from _polyproc.stdlib import load_stdlib

load_stdlib(globals())

from _multiprocessing import sem_unlink

from . import resource_tracker

_initialise = SemLock.__init__
_getstate = SemLock.__getstate__
_setstate = SemLock.__setstate__


def _getstate_for(self):
    portable = getattr(self._semlock, "portable_state", None)
    if portable is not None:
        return portable()
    popen = context.get_spawning_popen()
    if popen is None or popen.method != "fork":
        return _getstate(self)
    sl = self._semlock
    return (sl.handle, sl.kind, sl.maxvalue, sl.name, self._is_fork_ctx)


def _setstate_for(self, state):
    _setstate(self, state[:4])
    if len(state) > 4:
        self._is_fork_ctx = state[4]


def _init(self, kind, value, maxvalue, *, ctx):
    _initialise(self, kind, value, maxvalue, ctx=ctx)
    # CPython's registers its name there, and notices when the tracker has died.
    if not self._is_fork_ctx and resource_tracker._resource_tracker._fd is not None:
        resource_tracker.ensure_running()


SemLock.__init__ = _init
SemLock._make_name = staticmethod(lambda: None)  # else it would be a file, under all methods but fork
SemLock.__getstate__ = _getstate_for
SemLock.__setstate__ = _setstate_for


class Semaphore(Semaphore):
    """Counts. What a killed process held passes to a waiting one, if the holder is known: not where
    a process releases what it has not acquired, as then the permits are signals."""

    def __init__(self, value=1, *, ctx):
        super().__init__(value, ctx=ctx)
        _track(self)


class BoundedSemaphore(BoundedSemaphore, Semaphore):
    def __init__(self, value=1, *, ctx):
        super().__init__(value, ctx=ctx)
        _track(self)


def _track(semaphore):
    try:
        caller = sys._getframe(3).f_globals.get("__name__")
    except ValueError:
        caller = None
    if caller == "multiprocessing.queues":
        semaphore._semlock.use_for_places()
    elif semaphore._semlock._get_value():  # those that begin without permits are for signals, too
        semaphore._semlock.track()


_wait = Condition.wait


class Condition(Condition):
    """The standard library's; here a process that is killed while it waits counts as woken."""

    def wait(self, timeout=None):
        place = self._enlist()
        try:
            return _wait(self, timeout)
        finally:
            if place is not None:
                place.delist()

    def _enlist(self):
        for semaphore in self._lists():
            if semaphore.enlist():
                return semaphore
        return None

    def _lists(self):
        return (self._sleeping_count._semlock, self._woken_count._semlock, self._wait_semaphore._semlock)

    def _make_methods(self):
        super()._make_methods()
        self._woken_count.acquire = self._await_woken

    def _await_woken(self, block=True, timeout=None):
        """What `notify` does for each that it wakes."""
        woken = self._woken_count._semlock
        if not block:
            return woken.acquire(False)
        while not woken.acquire(True, _LOOK_SECONDS):
            for semaphore in self._lists():
                for _ in range(semaphore.delist_gone()):
                    woken.release()
        return True


_init_barrier = Barrier.__init__


def _init_barrier_for(self, parties, action=None, timeout=None, *, ctx):
    if not getattr(ctx, "_is_of_cluster", False):
        _init_barrier(self, parties, action, timeout, ctx=ctx)
        return
    from _polyproc.cluster.shared import Block

    self.__setstate__((parties, action, timeout, ctx.Condition(), Block.of(bytes(8))))


Barrier.__init__ = _init_barrier_for

_LOOK_SECONDS = 0.1
