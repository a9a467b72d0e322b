"""The pickler of a snapshot: decides for every object how it travels.

Only `reducer_override` is ours; whatever else a pickler does (plain containers, the memo that keeps
identity) stays the base class's. An object's own reduce function is called here, inside `try`, before
the pickler has written anything about it. So what cannot travel becomes a placeholder, and neither the
stream nor the memo of objects already written suffers.
"""

import copyreg
import sys
import types

from _polyproc.snapshot import instances as snapshot_instances
from _polyproc.snapshot.classes import reduce_class
from _polyproc.snapshot.code import SentCode
from _polyproc.snapshot.modules import import_attribute, lookup, namespace_of
from _polyproc.snapshot.objects import INHERITED, REDUCERS
from _polyproc.snapshot.placeholder import Unavailable, reason, subject

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterable
    from typing import Any

PROTOCOL = snapshot_instances.PROTOCOL


class Call:
    """Has the child call a function as soon as its arguments are read."""

    def __init__(self, function: "Callable", *arguments: "Any") -> None:
        self.function = function
        self.arguments = arguments


class NamespaceOf:
    """Stands for the namespace of a module that the child imports."""

    def __init__(self, name: str) -> None:
        self.name = name


class SnapshotPickler(SentCode):
    """A mixin in front of `multiprocessing.reduction.ForkingPickler`, or any other pickler class.

    Its tables are keyed by `id`, as a metaclass of the program may give classes any hash and equality.
    """

    def prepare(self, modules: "Iterable[Any]", registered: dict, flat: bool = False) -> None:
        """modules: the by-value modules; registered: {type: reduce function}.

        flat: keeps the pickler from descending into the state of instances, as that of a long linked
        list would exceed the depth of recursion; the states are left in `deferred`.
        """
        self.failures = []
        self.deferred = []
        self._flat = flat
        self._registered = {id(kind): reduce for kind, reduce in registered.items()}
        self._reducers = {id(Unavailable): _reduce_placeholder, id(NamespaceOf): _reduce_namespace, id(Call): _reduce_call}
        self._keys = {id(each.module): each.key for each in modules}
        self.own_names = {name for each in modules for name in each.names}
        self._modules = modules
        self._own_globals = {id(vars(each.module)) for each in modules}
        self._namespaces = {}
        self.begin()
        self._own_classes = {}

    def reducer_override(self, obj: "Any") -> "Any":
        kind = type(obj)
        reducer = self._reducers.get(id(kind))
        try:
            if reducer is None:
                reducer = self._reducers[id(kind)] = self._choose(kind)
            value = reducer(self, obj)
            return self._without_state(obj, value) if self._flat else value
        except RecursionError:
            raise  # says nothing about this object, but about the depth at which it was found
        except Exception as e:
            return self.replace(obj, e)

    def _without_state(self, obj, value):
        if type(value) is not tuple or len(value) < 3 or value[2] is None or not self._can_wait(obj):
            return value
        self.deferred.append((obj, value[2], value[5] if len(value) > 5 else None))
        return (*value[:2], None, *value[3:5])

    def _can_wait(self, obj):
        """True if nothing that the child does before all is read needs this object's state."""
        kind = type(obj)
        return not issubclass(kind, type) and kind.__hash__ is object.__hash__ and self.is_by_value(kind)

    def _choose(self, kind):
        name = f"{kind.__module__}.{kind.__qualname__}"
        if name in REDUCERS:
            return REDUCERS[name]
        if issubclass(kind, type):
            return reduce_class
        if id(kind) in self._registered:
            return _reduce_registered
        for base in kind.__mro__:
            name = f"{base.__module__}.{base.__qualname__}"
            if name in INHERITED:
                return INHERITED[name]
        return self._protocol_reducer(kind)

    def _protocol_reducer(self, kind):
        if self.is_by_value(kind):
            return snapshot_instances.reducer_for(self, kind)
        if kind.__module__ == "_io" and hasattr(kind, "fileno") and not hasattr(kind, "getvalue"):
            from _polyproc.snapshot.files import reduce_file

            return reduce_file
        return _LibraryReducer(kind)

    # What reducers ask for.

    def by_protocol(self, obj: "Any") -> "Any":
        """Reduces by the pickle protocol, whatever else is known about the type."""
        return self._protocol_reducer(type(obj))(self, obj)

    def checked(self, obj: "Any", value: "Any") -> "Any":
        """A reduce value that the program's code has made, in a form that cannot fail while it is written."""
        if isinstance(value, str):
            return self._by_global_name(obj, value)
        if not isinstance(value, tuple) or not 2 <= len(value) <= 6:
            raise TypeError("__reduce__ must return a string or a tuple of two to six items")
        function, arguments, state, items, pairs = (*value, None, None, None)[:5]
        if not callable(function) or not isinstance(arguments, tuple):
            raise TypeError("__reduce__ must return a callable and a tuple of arguments")
        if function is copyreg.__newobj__ and arguments[0] is not type(obj):
            raise TypeError("__reduce__ must ask for an instance of the object's own class")
        if items is None and pairs is None:
            return value
        items = items if items is None else iter(list(items))
        pairs = pairs if pairs is None else iter(list(pairs))
        return (function, arguments, state, items, pairs, *value[5:])

    def _by_global_name(self, obj, qualname):
        """What to write for an object that calls itself a global."""
        module_name = getattr(obj, "__module__", None)
        if not isinstance(module_name, str):
            module_name = self._search_modules(obj, qualname)
        if self.can_import(obj, module_name, qualname):
            return self.by_name(module_name, qualname)
        if not self.is_by_value(type(obj)):
            raise TypeError(f"cannot pickle {type(obj).__name__!r} object: {module_name}.{qualname} is not this object")
        base = snapshot_instances.library_base(self, type(obj))
        return snapshot_instances.new_instance, (base, type(obj), ()), object.__getstate__(obj)

    def _search_modules(self, obj, qualname):
        for name, module in list(sys.modules.items()):
            if name != "__main__" and getattr(module, "__dict__", {}).get(qualname) is obj:
                return name
        raise TypeError(f"cannot pickle {type(obj).__name__!r} object {qualname!r}")

    def by_name(self, module_name: str, qualname: str) -> tuple:
        """The reduce value for what the child can import."""
        return import_attribute, (module_name, qualname)

    def can_import(self, obj: "Any", module_name: str, qualname: str) -> bool:
        """True if the child finds this very object in a module that it imports."""
        if module_name in self.own_names or "<" in qualname:
            return False
        if module_name is not None and module_name.startswith("_polyproc."):
            return True  # what the snapshot itself calls; saves the look-up
        try:
            return lookup(module_name, qualname) is obj
        except Exception:  # AttributeError, or whatever a module's own __getattr__ raises
            return False

    def is_by_value(self, cls: type) -> bool:
        """True for a class of the program, or one that was made at run time."""
        known = self._own_classes.get(id(cls))
        if known is None:
            known = self._own_classes[id(cls)] = bool(cls.__flags__ & 1 << 9) and not self.can_import(
                cls, cls.__module__, cls.__qualname__
            )
        return known

    def is_users(self, obj: "Any") -> bool:
        """True for a function, class or instance of a class from one of the program's modules."""
        named = obj if issubclass(type(obj), (type, types.FunctionType)) else type(obj)
        return named.__module__ in self.own_names

    def imported_modules(self) -> list:
        """The modules travelling by name that are variables of the program."""
        found = {
            id(value): value
            for own in self._modules
            for value in dict(vars(own.module)).values()
            if type(value) is types.ModuleType and id(value) not in self._keys
        }
        return list(found.values())

    def own_key(self, module: "Any") -> "str | None":
        """The key of a by-value module, None for any other."""
        return self._keys.get(id(module))

    def namespace(self, namespace: "Any") -> "Any":
        """What stands for a function's globals."""
        if id(namespace) in self._own_globals:
            return namespace
        name = namespace.get("__name__")
        module = sys.modules.get(name)
        if isinstance(module, types.ModuleType) and vars(module) is namespace:
            return self._namespaces.setdefault(name, NamespaceOf(name))
        return namespace

    def replace(self, obj: "Any", e: BaseException) -> tuple:
        """The reduce value of the placeholder for an object that cannot travel."""
        self.failures.append(obj)
        text = str(e) or type(e).__name__
        return Unavailable, (text,)


def _reduce_placeholder(snapshot, placeholder):
    return Unavailable, (reason(placeholder), subject(placeholder))


def _reduce_call(snapshot, call):
    return call.function, call.arguments


def _reduce_namespace(snapshot, namespace):
    return namespace_of, (namespace.name,)


def _reduce_registered(snapshot, obj):
    """By a function in `copyreg.dispatch_table` or registered with the ForkingPickler."""
    return snapshot.checked(obj, snapshot._registered[id(type(obj))](obj))


class _LibraryReducer:
    """Instances of a class that the child imports: by name if the module itself holds the instance,
    as it does `dataclasses.MISSING` or `os.environ`, else by the pickle protocol."""

    def __init__(self, kind):
        self.kind = kind
        self.reduce = _reduction_for(kind)
        self.hides_class = snapshot_instances.hides_class(kind)
        self.resists_state = snapshot_instances.resists_state(kind)
        module = sys.modules.get(kind.__module__) if kind.__module__ != "builtins" else None
        globals_ = vars(module) if isinstance(module, types.ModuleType) else {}
        self.names = {id(value): name for name, value in list(globals_.items()) if type(value) is kind}
        self.module_name = kind.__module__

    def __call__(self, snapshot, obj):
        name = self.names.get(id(obj))
        if name is not None:
            return snapshot.by_name(self.module_name, name)
        reduced = snapshot.checked(obj, self.reduce(obj))
        if self.hides_class and reduced[0] is copyreg.__newobj__:
            arguments = (self.kind, self.kind, reduced[1][1:])
            reduced = (snapshot_instances.new_instance, arguments, *reduced[2:])
        if self.resists_state and 2 < len(reduced) < 6 and reduced[2] is not None:
            reduced = (*reduced, None, None)[:5] + (snapshot_instances.set_state,)
        return reduced


def _reduction_for(kind):
    if kind.__module__ == "itertools":
        return _reduce_quietly
    if snapshot_instances.is_asked_wrongly(kind):
        return snapshot_instances.reduce_by_class
    return snapshot_instances.reduce_by_instance


def _reduce_quietly(obj):
    # CPython 3.12 announces that iterators of itertools will cease to be picklable.
    import warnings

    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        return obj.__reduce_ex__(PROTOCOL)
