"""Managers: the standard library's."""

from _polyproc.stdlib import load_stdlib

load_stdlib(globals())


class _Dict(dict):
    """A shared dict: GraalPy 25.0.3 lets an iteration end where the dict was cleared, and CPython raises."""

    def __iter__(self):
        return _checked(self, len(self))

    def __reduce_ex__(self, protocol):
        return dict, (dict(self),)


def _checked(mapping, size):
    for key in dict.__iter__(mapping):
        yield key
    if len(mapping) != size:
        raise RuntimeError("dictionary changed size during iteration")


SyncManager.register("dict", _Dict, DictProxy)
