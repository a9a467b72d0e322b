"""Functions of `gc` that GraalPy 25.0.3 lacks: settings, which the JVM's collector does without.

Programs set thresholds, or freeze what they have before they start processes, to make CPython's faster. GraalPy has no
list of all objects, so `get_objects` is not among them, nor `get_stats`, as the generations of a JVM are others.
"""

import operator

from _polyproc.compat.libc import builtin

_module = builtin("gc")
_thresholds = (700, 10, 10)
garbage = []


@_module
def is_finalized(obj, /):
    """Returns true if the object has been already finalized by the GC: GraalPy 25.0.3 finalizes none."""
    return False


@_module
def get_threshold():
    """The collection thresholds set last."""
    return _thresholds


@_module
def set_threshold(threshold0, /, *others):
    """Sets the collection thresholds, which are only remembered."""
    global _thresholds
    if len(others) > 2:
        raise TypeError("gc.set_threshold requires 1 to 3 arguments")
    given = tuple(map(operator.index, (threshold0, *others)))
    _thresholds = given + _thresholds[len(given):]


@_module
def freeze():
    """Does nothing: forked processes get no pages of their parent's to keep unwritten."""


@_module
def unfreeze():
    """Undoes `freeze`."""


@_module
def get_freeze_count():
    """How many objects are frozen."""
    return 0
