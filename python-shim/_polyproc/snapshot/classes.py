"""Classes by value, in two steps: a bare class first, its attributes once everything can refer to it.

A class statement has run in the parent already. So nothing that it runs may run again in the child:
no `__new__` or `__init__` of a metaclass, no `__init_subclass__`, `__set_name__` or decorator. The class
is made by the built-in metaclass's own `__new__`, and its finished attributes are put back one by one.
"""

import sys
import types

from _polyproc.snapshot.modules import import_attribute
from _polyproc.snapshot.placeholder import Unavailable, describe

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

_HEAP_TYPE = 1 << 9
# Made anew with the class, or carried in another way.
_NOT_CARRIED = frozenset(
    (
        "__dict__",
        "__weakref__",
        "__module__",
        "__qualname__",
        "_abc_impl",
        "_abc_registry",
        "_abc_cache",
        "_abc_negative_cache",
        "_abc_negative_cache_version",
    )
)
# Assigned later, they would change the class itself: `class Mock: __class__ = property(...)`.
_ONLY_AT_CREATION = ("__class__", "__name__", "__bases__", "__base__", "__mro__")
_PLACES_OF_UNNAMED = ("types", "_collections_abc", "typing", "re")


# What the parent does.


def reduce_class(snapshot: "Any", cls: type) -> "Any":
    """By name if the child can import it, else by value."""
    if any(cls is each for each in _SINGLETON_TYPES) or snapshot.can_import(cls, cls.__module__, cls.__qualname__):
        return NotImplemented
    if not cls.__flags__ & _HEAP_TYPE:
        return _reduce_builtin(snapshot, cls)
    if "_ctypes" in sys.modules:
        from _polyproc.snapshot.ctypes_values import reduce_made_type

        reduced = reduce_made_type(cls)
        if reduced is not None:
            return reduced
    attributes = vars(cls)
    header = _header(cls, attributes)
    return (
        make_class,
        (type(cls), cls.__name__, cls.__bases__, header),
        _state(cls, attributes, header),
        None,
        None,
        set_class_state,
    )


_SINGLETON_TYPES = (type(None), type(Ellipsis), type(NotImplemented))


def _reduce_builtin(snapshot, cls):
    """A type without a place of its own: as `types` has it, or as the type of something at hand."""
    for module_name in _PLACES_OF_UNNAMED:
        for name, value in dict(vars(sys.modules.get(module_name, types))).items():
            if value is cls:
                return snapshot.by_name(module_name, name)
    for name, value in dict(vars(sys.modules.get(cls.__module__, types))).items():
        if type(value) is cls:
            return type_of, (cls.__module__, name)
    raise TypeError(f"cannot pickle {cls!r}")


def _header(cls, attributes):
    """What must be known when the class is made."""
    header = {"__module__": attributes.get("__module__", cls.__module__)}
    if cls.__qualname__ != cls.__name__:
        header["__qualname__"] = cls.__qualname__
    for name in _ONLY_AT_CREATION:
        if name in attributes:
            header[name] = attributes[name]
    if "__orig_bases__" in attributes:
        header["__orig_bases__"] = attributes["__orig_bases__"]  # typing.Generic asks for them
    if "__slots__" in attributes:
        header["__slots__"] = tuple(name for name, value in attributes.items() if _is_slot(cls, name, value))
    return header


def _is_slot(cls, name, value):
    if isinstance(value, (types.MemberDescriptorType, types.GetSetDescriptorType)):
        return getattr(value, "__objclass__", cls) is cls
    return False


def _state(cls, attributes, header):
    slots = header.get("__slots__", ())
    made = {*_NOT_CARRIED, *header, *slots} - {"__slots__"}
    state = {name: value for name, value in attributes.items() if name not in made and not _is_made_with_class(value)}
    if state.get("__doc__", 0) is None:
        del state["__doc__"]
    registry = registered(cls)
    return (state, registry) if registry else (state,)


def _is_made_with_class(value):
    # ctypes makes the descriptors of a structure's fields when `_fields_` is assigned.
    return type(value).__name__ == "CField"


def registered(cls: type) -> "list[type] | None":
    """The virtual subclasses of an abstract class; None if it is no abstract class."""
    attributes = vars(cls)
    if "_abc_impl" in attributes:
        from _abc import _get_dump

        return [ref() for ref in _get_dump(cls)[0] if ref() is not None]
    if "_abc_registry" in attributes:
        return list(attributes["_abc_registry"])
    return None


# What the child calls.


def type_of(module_name: str, name: str) -> type:
    return type(import_attribute(module_name, name))


def make_class(metaclass: type, name: str, bases: tuple, header: "Any") -> "Any":
    """The class without its attributes."""
    try:
        return _make_class(metaclass, name, bases, header)
    except Exception as e:
        return Unavailable(f"class {name!r} could not be made in the child: {describe(e)}")


def _make_class(metaclass, name, bases, header):
    builtin = _builtin_metaclass(metaclass)
    silenced = _silence_subclass_hooks(bases)
    try:
        cls = builtin.__new__(metaclass, name, bases, header)
    finally:
        for base, hook in silenced:
            type.__setattr__(base, "__init_subclass__", hook)
    _begin_abstract(cls)
    return cls


def _builtin_metaclass(metaclass):
    for cls in metaclass.__mro__:
        if not cls.__flags__ & _HEAP_TYPE:
            return cls
    return type


def _silence_subclass_hooks(bases):
    """Replaces every `__init_subclass__` that making a subclass would call; returns what was there."""
    silenced = []
    for base in bases:
        for cls in base.__mro__:
            hook = vars(cls).get("__init_subclass__")
            if hook is not None and hook is not _NO_HOOK and cls.__flags__ & _HEAP_TYPE:
                silenced.append((cls, hook))
                type.__setattr__(cls, "__init_subclass__", _NO_HOOK)
    return silenced


_NO_HOOK = classmethod(lambda cls, **kwargs: None)


def _begin_abstract(cls):
    """Gives an abstract class what `ABCMeta.__new__` would: its own registry and caches."""
    abc = sys.modules.get("abc")
    if abc is None or not isinstance(cls, abc.ABCMeta):
        return
    if hasattr(abc, "_abc_init"):
        abc._abc_init(cls)
        return
    from _weakrefset import WeakSet

    for name in ("_abc_registry", "_abc_cache", "_abc_negative_cache"):
        type.__setattr__(cls, name, WeakSet())
    type.__setattr__(cls, "_abc_negative_cache_version", abc.ABCMeta._abc_invalidation_counter)


def set_class_state(cls: "Any", state: "Any") -> None:
    if type(cls) is Unavailable:
        return
    setter = _builtin_metaclass(type(cls)).__setattr__
    for name, value in state[0].items():
        setter(cls, name, value)
    if len(state) > 1:
        _register(cls, state[1])


def _register(cls, subclasses):
    abc = sys.modules["abc"]
    if hasattr(abc, "_abc_init"):
        for subclass in subclasses:
            abc.ABCMeta.register(cls, subclass)
        return
    # Not `register`: it would call the program's `__subclasshook__`.
    cls._abc_registry.update(subclasses)
    abc.ABCMeta._abc_invalidation_counter += 1
