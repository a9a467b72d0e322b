"""Utilities of the package: the standard library's, with a registry that other threads may change meanwhile."""

from _polyproc.overlay import load_stdlib

load_stdlib(globals())


class _Registry(dict):
    """Finalizers by their keys."""

    def __iter__(self):
        # Where CPython copies the keys in one step, GraalPy 25.0.3 may be interrupted.
        while True:
            try:
                return iter(list(self.keys()))
            except RuntimeError:
                pass


_standard_registry = _finalizer_registry
_finalizer_registry = _Registry()
Finalize.__call__.__defaults__ = tuple(_finalizer_registry if value is _standard_registry else value
                                       for value in Finalize.__call__.__defaults__)
