"""Utilities of the package: the standard library's, with a registry that other threads may change meanwhile."""

from collections.abc import MutableMapping

import _polyproc
from _polyproc.compat import open_files
from _polyproc.stdlib import load_stdlib

load_stdlib(globals())


class _Registry(MutableMapping):
    """Finalizers by their keys: a priority, and a number that no other has.

    Java keeps them, by that number: callbacks of weak references and other threads change the registry at any moment,
    which GraalPy's dict does not bear.
    """

    def __init__(self, finalizers=()):
        self._pairs = _polyproc.runtime.newNumberedObjects()
        self.update(finalizers)

    def __setitem__(self, key, finalizer):
        self._pairs.put(key[1], (key, finalizer))

    def __getitem__(self, key):
        pair = None if key is None else self._pairs.get(key[1])
        if pair is None:
            raise KeyError(key)
        return pair[1]

    def __delitem__(self, key):
        # One that was called or cancelled has None for a key.
        if key is None or not self._pairs.remove(key[1]):
            raise KeyError(key)

    def __len__(self):
        return int(self._pairs.size())

    def __iter__(self):
        return iter([pair[0] for pair in self._pairs.all()])

    def clear(self):
        self._pairs.clear()

    def copy(self):
        return _Registry(self)


_flush_standard_streams = _flush_std_streams


def _flush_std_streams():
    _flush_standard_streams()
    open_files.write_out()


_standard_registry = _finalizer_registry
_finalizer_registry = _Registry()
Finalize.__call__.__defaults__ = tuple(
    _finalizer_registry if value is _standard_registry else value for value in Finalize.__call__.__defaults__
)
