"""Functions of `gc` that GraalPy 25.0.3 lacks: settings, which the JVM's collector does without.

Programs set thresholds, or freeze what they have before they start processes, to make CPython's faster. GraalPy has no
list of all objects, so `get_objects` is not among them, nor `get_stats`, as the generations of a JVM are others.
"""
# Needed while: import gc; not hasattr(gc, "freeze")

import operator

from _polyproc.compat.builtin_functions import builtin

_thresholds = (700, 10, 10)
garbage = []


@builtin("gc")
def is_finalized(module, obj, /):
    """Returns true if the object has been already finalized by the GC: GraalPy 25.0.3 finalizes none."""
    return False


@builtin("gc")
def get_threshold(module, /):
    """The collection thresholds set last."""
    return _thresholds


@builtin("gc")
def set_threshold(module, threshold0, /, *others):
    """Sets the collection thresholds, which are only remembered."""
    global _thresholds
    if len(others) > 2:
        raise TypeError("gc.set_threshold requires 1 to 3 arguments")
    given = tuple(map(operator.index, (threshold0, *others)))
    _thresholds = given + _thresholds[len(given) :]


@builtin("gc")
def freeze(module, /):
    """Does nothing: forked processes get no pages of their parent's to keep unwritten."""


@builtin("gc")
def unfreeze(module, /):
    """Undoes `freeze`."""


@builtin("gc")
def get_freeze_count(module, /):
    """How many objects are frozen."""
    return 0
