"""Instances of the program's own classes, as a fork would leave them.

What a class says about its pickling (`__reduce__`, `__getstate__`, `__setstate__`, `__getnewargs__`) is
followed. Where it says nothing, plain pickling would still run the program's code in the child: its
`__new__` or `__init__`, its `__setitem__` or `append`, its `__setattr__`. A fork runs none of it, so
here the built-in base class makes and fills the object.
"""

import copyreg
import sys

from _polyproc import messages
from _polyproc.snapshot.placeholder import Unavailable, UnavailableError, describe

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterable
    from typing import Any

PROTOCOL = 5
_HEAP_TYPE = 1 << 9
_ACCESS_HOOKS = ("__getattr__", "__getattribute__", "__setattr__")


def reducer_for(snapshot: "Any", cls: type) -> "Callable":
    """The function (snapshot, object) -> reduce value for the instances of a by-value class."""
    enum = sys.modules.get("enum")
    if enum is not None and issubclass(cls, enum.Enum):
        return _reduce_enum_member
    base = library_base(snapshot, cls)
    if cls.__reduce_ex__ is not base.__reduce_ex__ or cls.__reduce__ is not base.__reduce__:
        return _reduce_custom
    return _Reducer(snapshot, cls, base)


def library_base(snapshot: "Any", cls: type) -> type:
    """The nearest class above that is not the program's: what it does, may be done again."""
    for base in cls.__mro__:
        if not snapshot.is_by_value(base):
            return base
    return object


def _reduce_custom(snapshot, instance):
    """By the program's own `__reduce__`; in the child, its failure concerns this object only."""
    value = snapshot.checked(instance, instance.__reduce_ex__(PROTOCOL))
    if type(value) is not tuple:
        return value
    function, arguments, state, items, pairs, setter = (*value, None, None, None, None)[:6]
    if function is copyreg.__newobj__ or function is copyreg.__newobj_ex__:
        return value
    if len(value) == 2:
        return call_guarded, (function, arguments)
    contents = (state, list(items or ()), list(pairs or ()), setter)
    return call_guarded, (function, arguments), contents, None, None, complete_guarded


def _reduce_enum_member(snapshot, member):
    """Not by value as enum does: that looks up the value, with `_missing_` and all."""
    cls = type(member)
    function, arguments = object.__reduce_ex__(member, PROTOCOL)[:2]
    if function is copyreg.__newobj__:
        arguments = arguments[1:]
    return new_instance, (library_base(snapshot, cls._member_type_), cls, arguments), member.__dict__


def reduce_by_instance(instance: "Any") -> "Any":
    return instance.__reduce_ex__(PROTOCOL)


class _Reducer:
    """Follows the default protocol without running the program's code in the child."""

    def __init__(self, snapshot, cls, base):
        owner = _Owner(snapshot, cls)
        self.base = base
        self.reduce = reduce_by_class if is_asked_wrongly(cls) else reduce_by_instance
        asks = owner.defines("__getnewargs__") or owner.defines("__getnewargs_ex__")
        self.raw_new = (owner.defines("__new__") and not asks) or hides_class(cls)
        self.raw_init = owner.defines("__init__") or owner.defines("__new__")
        self.fill_list = issubclass(cls, list)
        self.fill_dict = issubclass(cls, dict) and (owner.defines("__setitem__") or owner.defines("update"))
        self.set_state = resists_state(cls)
        self.guard_state = owner.defines("__setstate__")

    def __call__(self, snapshot, instance):
        value = snapshot.checked(instance, self.reduce(instance))
        if type(value) is not tuple:
            return value
        function, arguments, state, items, pairs = (*value, None, None, None)[:5]
        function, arguments = self._construction(instance, function, arguments)
        if (self.fill_list or self.fill_dict) and (items is not None or pairs is not None):
            return self._filled_by_base(function, arguments, state, items, pairs)
        if state is not None and len(value) < 6:
            if self.guard_state:
                return function, arguments, state, items, pairs, set_state_guarded
            if self.set_state:
                return function, arguments, state, items, pairs, set_state
        return (function, arguments, state, items, pairs, *value[5:])

    def _construction(self, instance, function, arguments):
        if function is copyreg.__newobj__:
            if self.raw_new:
                return new_instance, (self.base, arguments[0], arguments[1:])
        elif function is type(instance) and self.raw_init:
            return construct_as, (self.base, function, arguments)
        return function, arguments

    def _filled_by_base(self, function, arguments, state, items, pairs):
        contents = (list(items) if items is not None else None, list(pairs) if pairs is not None else None, self.base, state)
        return function, arguments, contents, None, None, fill


def hides_class(cls: type) -> bool:
    """True if instances have a `__class__` of their own, as mocks do; a pickler takes it for an error."""
    return any("__class__" in vars(base) for base in cls.__mro__ if base is not object)


def resists_state(cls: type) -> bool:
    """True if putting the state back the usual way would run code of the class on a bare instance.

    An unpickler asks the instance for `__setstate__`; the `__getattr__` of a wrapper then looks for what
    it wraps, which is not there yet, and never ends.
    """
    heap = [vars(base) for base in cls.__mro__ if base.__flags__ & _HEAP_TYPE]
    return any(name in attributes for attributes in heap for name in _ACCESS_HOOKS) and not any(
        "__setstate__" in vars(base) for base in cls.__mro__
    )


_PLAIN_BASES = (object, tuple, list, dict, int, float, complex, str, bytes)


def reduce_by_class(instance: "Any") -> tuple:
    """Reduces by the default protocol; asks the class, not the instance, for the protocol's methods.

    `object.__reduce_ex__` asks the instance, for whom the `__getattr__` of a wrapper may answer in the
    name of what it wraps.
    """
    cls = type(instance)
    methods = {name: _on_class(cls, name) for name in ("__getnewargs__", "__getstate__")}
    arguments = methods["__getnewargs__"](instance) if methods["__getnewargs__"] else ()
    state = (methods["__getstate__"] or object.__getstate__)(instance)
    items = iter(list.copy(instance)) if issubclass(cls, list) else None
    pairs = iter(list(dict.items(instance))) if issubclass(cls, dict) else None
    return copyreg.__newobj__, (cls, *arguments), state, items, pairs


def is_asked_wrongly(cls: "Any") -> bool:
    builtin = next(base for base in cls.__mro__ if not base.__flags__ & _HEAP_TYPE)
    heap = [vars(base) for base in cls.__mro__ if base.__flags__ & _HEAP_TYPE]
    return (
        any("__getattr__" in attributes or "__getattribute__" in attributes for attributes in heap)
        and builtin in _PLAIN_BASES
        and _on_class(cls, "__getnewargs_ex__") is None
        and cls.__reduce_ex__ is object.__reduce_ex__
        and cls.__reduce__ is object.__reduce__
    )


def _on_class(cls, name):
    for base in cls.__mro__:
        if name in vars(base):
            return getattr(base, name)
    return None


class _Owner:
    """Says whether the program, not the library, defines a method of a class."""

    def __init__(self, snapshot, cls):
        self._own = [vars(each) for each in cls.__mro__ if snapshot.is_by_value(each)]

    def defines(self, name):
        return any(name in attributes for attributes in self._own)


# What the child calls.


def new_instance(base: type, cls: type, arguments: "Any") -> "Any":
    """An instance of `cls` by the `__new__` of its built-in base."""
    return base.__new__(cls, *arguments)


def construct_as(base: "Any", cls: type, arguments: "Any") -> "Any":
    """An instance of `cls` that only its library base has initialised."""
    instance = base.__new__(cls, *arguments)
    base.__init__(instance, *arguments)
    return instance


def call_guarded(function: "Callable", arguments: "Any") -> "Any":
    """Calls what a program's `__reduce__` asks for; its failure leaves a placeholder."""
    try:
        return function(*arguments)
    except Exception as e:
        return Unavailable(f"{_name(function)}() failed in the child with {describe(e)}")


def complete_guarded(instance: "Any", contents: "Any") -> None:
    """Gives what `call_guarded` made its state and contents."""
    if type(instance) is Unavailable:
        return
    state, items, pairs, setter = contents
    try:
        for item in items:
            instance.append(item)
        for key, value in pairs:
            instance[key] = value
    except Exception as e:
        _break(instance, f"filling it failed in the child with {describe(e)}")
    if state is not None:
        set_states([(instance, state, setter)])


def _name(function):
    return getattr(function, "__qualname__", None) or type(function).__name__


def fill(instance: "Any", contents: "Any") -> None:
    items, pairs, base, state = contents
    if items is not None:
        # A list that holds itself by way of its class arrives here twice.
        list.clear(instance)
        list.extend(instance, items)
    if pairs is not None:
        for key, value in pairs:
            base.__setitem__(instance, key, value)
    if state is not None:
        if hasattr(type(instance), "__setstate__"):
            set_state_guarded(instance, state)
        else:
            set_state(instance, state)


def set_state(instance: "Any", state: "Any") -> None:
    """The default state: a dict, or a pair of dict and slots; by no `__setattr__` of the program."""
    attributes, slots = state if type(state) is tuple and len(state) == 2 else (state, None)
    if attributes:
        object.__getattribute__(instance, "__dict__").update(attributes)
    if slots:
        for name, value in slots.items():
            object.__setattr__(instance, name, value)


def set_state_guarded(instance: "Any", state: "Any") -> None:
    """Calls the program's `__setstate__`; if it fails, the object says so instead of working by half."""
    try:
        instance.__setstate__(state)
    except Exception as e:
        _break(instance, f"{type(instance).__qualname__}.__setstate__() failed in the child with {describe(e)}")


def _break(instance, reason):
    def refuse(self, name):
        raise UnavailableError(f"an object could not be carried into the child process: {reason}")

    cls = type(instance)
    space = {"__getattribute__": refuse}
    if not hasattr(instance, "__dict__"):
        space["__slots__"] = ()
    try:
        object.__setattr__(instance, "__class__", type(cls)(cls.__name__, (cls,), space))
    except Exception:
        messages.tell(reason)


def set_states(states: "Iterable[tuple]") -> None:
    """Sets states that were kept back, given as (instance, state, setter or None)."""
    for instance, state, setter in states:
        if setter is not None:
            setter(instance, state)
        elif hasattr(type(instance), "__setstate__"):
            set_state_guarded(instance, state)
        else:
            set_state(instance, state)
