"""Pickles of what most messages are: numbers, texts, and a few of them in a tuple or list.

GraalPy 25.0.3 has one pickler for all, which has met objects of every kind before a program begins, so that
what the compiler makes of it is slow, if it makes anything. This code meets plain objects only.
"""

import struct

_BEGIN = b"\x80\x04"
_END = b"."
_SMALL = 256
_FOUR_BYTES = 1 << 31
_LONGEST_BYTES = 1 << 32
_MOST_ITEMS = 32
_MOST_PARTS = 64
"""Tuples that are in an object several times are written as often: without a memo it could grow without end."""
_OTHER = 2
"""As if there were two lists: it is not plain."""

_BYTE = [bytes((number,)) for number in range(_SMALL)]
_SMALL_INT = [b"K" + byte for byte in _BYTE]
_SMALL_INT_ALONE = [_BEGIN + number + _END for number in _SMALL_INT]
_SHORT_BYTES = [b"C" + length for length in _BYTE]
_LONG_BYTES = _BEGIN + b"B"
_SHORT_TEXT = [b"\x8c" + length for length in _BYTE]
_pack_float = struct.Struct(">d").pack


def dumps(obj):
    """The object's pickle, of protocol 4, which has no memo; None if the object is not plain.

    There may be one list, or empty dict, in it: whether two of them are the same would be lost.
    """
    cls = type(obj)
    if cls is int:
        if 0 <= obj < _SMALL:
            return _SMALL_INT_ALONE[obj]
    elif cls is bytes:
        length = len(obj)
        if _SMALL <= length < _LONGEST_BYTES:
            return b"".join((_LONG_BYTES, length.to_bytes(4, "little"), obj, _END))
    parts = [_BEGIN]
    if _add(parts, obj, 0) >= _OTHER:
        return None
    parts.append(_END)
    return b"".join(parts)


def _add(parts, obj, lists):
    """Adds what makes an object to the parts; returns how many lists and dicts there are so far."""
    cls = type(obj)
    if cls is int:
        if 0 <= obj < _SMALL:
            parts.append(_SMALL_INT[obj])
        elif -_FOUR_BYTES <= obj < _FOUR_BYTES:
            parts.append(b"J" + obj.to_bytes(4, "little", signed=True))
        else:
            return _OTHER
    elif cls is str:
        if len(obj) >= _SMALL:
            return _OTHER
        data = obj.encode("utf-8", "surrogatepass")
        if len(data) >= _SMALL:
            return _OTHER
        parts.append(_SHORT_TEXT[len(data)] + data)
    elif obj is None:
        parts.append(b"N")
    elif cls is bool:
        parts.append(b"\x88" if obj else b"\x89")
    elif cls is float:
        parts.append(b"G" + _pack_float(obj))
    elif cls is bytes:
        if len(obj) >= _SMALL:
            return _OTHER
        parts.append(_SHORT_BYTES[len(obj)] + obj)
    elif cls is tuple:
        lists = _add_items(parts, obj, lists, b"(", b"t")
    elif cls is list:
        lists = _add_items(parts, obj, lists + 1, b"](", b"e")
    elif cls is dict and not obj:
        parts.append(b"}")
        return lists + 1
    else:
        return _OTHER
    return lists


def _add_items(parts, items, lists, begin, end):
    if lists >= _OTHER or len(items) > _MOST_ITEMS or len(parts) > _MOST_PARTS:
        return _OTHER
    parts.append(begin)
    for item in items:
        lists = _add(parts, item, lists)
        if lists >= _OTHER:
            return _OTHER
    parts.append(end)
    return lists
