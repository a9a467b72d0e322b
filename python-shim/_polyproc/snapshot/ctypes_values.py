"""Types that `ctypes` makes of others, such as arrays and pointers: a child makes them in the same way."""

import _ctypes
import operator

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any


def reduce_made_type(cls: type) -> "tuple | None":
    """The reduce value of a type that `ctypes` has made; None for any other, such as a structure of the program's."""
    attributes = vars(cls)
    if issubclass(cls, _ctypes.Array) and cls.__base__ is _ctypes.Array and _is_ctypes_own(cls):
        return operator.mul, (attributes["_type_"], attributes["_length_"])
    if issubclass(cls, _ctypes._Pointer) and cls.__base__ is _ctypes._Pointer and _is_ctypes_own(cls):
        return _ctypes.POINTER, (attributes["_type_"],)
    return None


def _is_ctypes_own(cls):
    return (
        cls.__module__ in ("ctypes", "_ctypes", "ctypes._endian")
        or "_type_" in vars(cls)
        and (
            cls.__name__ == f"{vars(cls)['_type_'].__name__}_Array_{vars(cls).get('_length_')}"
            or cls.__name__ == f"LP_{vars(cls)['_type_'].__name__}"
        )
    )


_WITH_ADDRESS = ("P", "z", "Z", "O")
"""Codes of the simple types that hold an address of the process, or an object."""


def reduce_value(snapshot: "Any", value: "Any") -> tuple:
    """By its bytes, which must hold no address."""
    kind = type(value)
    if _holds_address(kind):
        raise ValueError("ctypes objects containing pointers cannot be pickled")
    content = _ctypes_string_at(value)
    return make_value, (kind, content, getattr(value, "__dict__", None) or None)


def _ctypes_string_at(value):
    import ctypes

    return ctypes.string_at(ctypes.addressof(value), ctypes.sizeof(value))


def _holds_address(kind):
    if issubclass(kind, _ctypes._SimpleCData):
        return kind._type_ in _WITH_ADDRESS
    if issubclass(kind, _ctypes.Array):
        return _holds_address(kind._type_)
    if issubclass(kind, (_ctypes.Structure, _ctypes.Union)):
        return any(_holds_address(field[1]) for cls in kind.__mro__ for field in vars(cls).get("_fields_", ()))
    return True


# What the child calls.


def make_value(kind: "Any", content: "Any", attributes: "Any") -> "Any":
    value = kind.from_buffer_copy(content)
    if attributes:
        value.__dict__.update(attributes)
    return value
