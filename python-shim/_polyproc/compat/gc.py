"""Functions of `gc` that GraalPy 25.0.3 lacks. It has no list of all objects, so `get_objects` is not among
them, nor `get_stats`, as the generations of a JVM are others."""

from _polyproc.compat.libc import builtin

_module = builtin("gc")


@_module
def is_finalized(obj, /):
    """Returns true if the object has been already finalized by the GC: GraalPy 25.0.3 finalizes none."""
    return False
