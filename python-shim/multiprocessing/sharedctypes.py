"""Shared ctypes objects: the standard library's."""

from _polyproc.stdlib import load_stdlib

load_stdlib(globals())

# GraalPy 25.0.3 makes no weak references to the types of ctypes.
class_cache = {}

# One function of GraalPy 25.0.3 reads `value` and sets it. If it has first set one, then where `value` is
# read for the first time it sets it to None: a TypeError. So it reads one first.
ctypes.c_int().value

_new_array = RawArray


def RawArray(typecode_or_type, size_or_initializer):
    """Returns a ctypes array allocated from shared memory."""
    if not isinstance(size_or_initializer, int):
        type_ = typecode_to_type.get(typecode_or_type, typecode_or_type)
        if issubclass(type_, (ctypes.Structure, ctypes.Union)):
            # GraalPy 25.0.3 does not make them of tuples.
            size_or_initializer = [type_(*item) if isinstance(item, tuple) else item for item in size_or_initializer]
    return _new_array(typecode_or_type, size_or_initializer)


_new_local_value, _new_local_array = Value, Array


def Value(typecode_or_type, *args, lock=True, ctx=None):
    """Returns a synchronization wrapper for a Value."""
    if getattr(ctx, "_is_of_cluster", False):
        from _polyproc.cluster import shared

        return shared.new_value(typecode_or_type, args, lock, ctx)
    return _new_local_value(typecode_or_type, *args, lock=lock, ctx=ctx)


def Array(typecode_or_type, size_or_initializer, *, lock=True, ctx=None):
    """Returns a synchronization wrapper for a RawArray."""
    if getattr(ctx, "_is_of_cluster", False):
        from _polyproc.cluster import shared

        return shared.new_array(typecode_or_type, size_or_initializer, lock, ctx)
    return _new_local_array(typecode_or_type, size_or_initializer, lock=lock, ctx=ctx)


_rebuild = rebuild_ctype


def rebuild_ctype(type_, wrapper, length):
    obj = _rebuild(type_, wrapper, length)
    if getattr(obj, "_type_", None) is ctypes.c_char and isinstance(obj, ctypes.Array):
        type(obj).value = property(_text, _set_text)
    return obj


# In GraalPy 25.0.3 the `value` of a char array is read beyond its end, and written without a NUL.


def _text(array):
    return array.raw.partition(b"\0")[0]


def _set_text(array, value):
    if not isinstance(value, bytes):
        raise TypeError(f"bytes expected instead of {type(value).__name__} instance")
    if len(value) > len(array):
        raise ValueError("byte string too long")
    array.raw = (value + b"\0")[: len(array)]
