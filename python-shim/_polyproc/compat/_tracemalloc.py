"""The functions of `_tracemalloc`, which GraalPy 25.0.3 lacks.

A JVM knows how much of its heap is used, not where an object was made. So memory is what the heap has grown by
since `start`, garbage that was not collected yet included, and snapshots have no traces.
"""
# Needed while: import _tracemalloc; not hasattr(_tracemalloc, "start")

import operator

from _polyproc.compat.libc import _native, builtin

_module = builtin("_tracemalloc")
_limit = 0
_base = _peak = 0


def _size():
    global _peak
    size = max(0, int(_native.usedHeap()) - _base)
    _peak = max(_peak, size)
    return size


@_module
def start(nframe=1, /):
    """Start tracing Python memory allocations."""
    global _limit, _base, _peak
    nframe = operator.index(nframe)
    if not 1 <= nframe <= 65535:
        raise ValueError("the number of frames must be in range [1; 65535]")
    if not _limit:
        _base, _peak = int(_native.usedHeap()), 0
        _limit = nframe


@_module
def stop():
    """Stop tracing Python memory allocations."""
    global _limit
    _limit = 0


@_module
def is_tracing():
    """Return True if the tracemalloc module is tracing Python memory allocations."""
    return _limit > 0


@_module
def clear_traces():
    """Clear traces of memory blocks allocated by Python."""
    global _base, _peak
    if _limit:
        _base, _peak = int(_native.usedHeap()), 0


@_module
def get_traceback_limit():
    """Get the maximum number of frames stored in the traceback of a trace."""
    return _limit or 1


@_module
def get_traced_memory():
    """Get the current size and peak size of memory blocks traced by tracemalloc, in bytes."""
    if not _limit:
        return 0, 0
    size = _size()
    return size, _peak


@_module
def reset_peak():
    """Set the peak size of memory blocks traced by tracemalloc to the current size."""
    global _peak
    if _limit:
        _peak = 0
        _size()


@_module
def get_tracemalloc_memory():
    """Get the memory usage in bytes of the tracemalloc module."""
    return 0


@_module
def _get_traces():
    return []


@_module
def _get_object_traceback(obj, /):
    return None
