"""Locks and what is built on them: the standard library's, over semaphores without names."""

from _polyproc.overlay import load_stdlib

load_stdlib(globals())

_getstate = SemLock.__getstate__
_setstate = SemLock.__setstate__


def _getstate_for(self):
    popen = context.get_spawning_popen()
    if popen is None or popen.method != "fork":
        return _getstate(self)
    sl = self._semlock
    return (sl.handle, sl.kind, sl.maxvalue, sl.name, self._is_fork_ctx)


def _setstate_for(self, state):
    _setstate(self, state[:4])
    if len(state) > 4:
        self._is_fork_ctx = state[4]


SemLock.__getstate__ = _getstate_for
SemLock.__setstate__ = _setstate_for
