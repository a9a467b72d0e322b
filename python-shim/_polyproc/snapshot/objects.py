"""Objects of the standard library that refuse to be pickled, or whose pickling says too little.

`REDUCERS` has them by the full name of their type, so that nothing need be imported to know them;
`INHERITED` holds for subclasses too. Every reducer takes the snapshot and the object, and returns what
`__reduce__` may return. Locks arrive unlocked, as no thread of the child could release them.
"""

import sys
import types

from _polyproc.snapshot.code import reduce_cell, reduce_code, reduce_function
from _polyproc.snapshot.modules import import_module, imported_package, own_module, submodules_of

TYPE_CHECKING = False
if TYPE_CHECKING:
    import re
    import weakref
    from collections.abc import Callable
    from contextvars import ContextVar
    from types import ModuleType
    from typing import Any

REDUCERS = {
    "builtins.function": reduce_function,
    "builtins.code": reduce_code,
    "builtins.cell": reduce_cell,
}
INHERITED = {}


def _reduces(*names, subclasses=False):
    def register(reducer):
        (INHERITED if subclasses else REDUCERS).update(dict.fromkeys(names, reducer))
        return reducer

    return register


# Modules, methods and descriptors.


@_reduces("builtins.module", subclasses=True)
def _module(snapshot, module):
    key = snapshot.own_key(module)
    if key is not None:
        return own_module, (key,)
    if sys.modules.get(module.__name__) is module:
        if hasattr(module, "__path__"):
            return imported_package, (module.__name__, submodules_of(module))
        return import_module, (module.__name__,)
    return make_module, (module.__name__,), vars(module), None, None, update_module


@_reduces("builtins.method")
def _method(snapshot, method):
    return types.MethodType, (method.__func__, method.__self__)


@_reduces("builtins.builtin_function_or_method")
def _builtin(snapshot, function):
    owner = function.__self__
    if owner is None or isinstance(owner, types.ModuleType):
        return snapshot.checked(function, function.__name__)
    return getattr, (owner, function.__name__)


@_reduces("builtins.property", subclasses=True)
def _property(snapshot, value):
    arguments = (value.fget, value.fset, value.fdel, value.__doc__)
    return make_wrapper, (property, type(value), arguments), getattr(value, "__dict__", None) or None


@_reduces("builtins.staticmethod", subclasses=True)
def _staticmethod(snapshot, value):
    return make_wrapper, (staticmethod, type(value), (value.__func__,))


@_reduces("builtins.classmethod", subclasses=True)
def _classmethod(snapshot, value):
    return make_wrapper, (classmethod, type(value), (value.__func__,))


@_reduces("builtins.getset_descriptor", "builtins.member_descriptor", "builtins.classmethod_descriptor")
def _descriptor(snapshot, value):
    return class_attribute, (value.__objclass__, value.__name__)


@_reduces("builtins.mappingproxy")
def _mappingproxy(snapshot, proxy):
    return types.MappingProxyType, (_behind(proxy),)


class _Revealer:
    """Gets hold of the mapping behind a proxy or view, which hands itself over when compared."""

    mapping = None

    def __eq__(self, other):
        self.mapping = other
        return True


def _behind(proxy):
    revealer = _Revealer()
    proxy == revealer
    return revealer.mapping if type(revealer.mapping) is dict else dict(proxy)


@_reduces("builtins.dict_keys", "builtins.dict_values", "builtins.dict_items")
def _dict_view(snapshot, view):
    return view_of, (_behind(view.mapping), type(view).__name__.removeprefix("dict_"))


@_reduces("builtins.memoryview")
def _memoryview(snapshot, view):
    if type(view.obj) in (bytes, bytearray) and view.nbytes == len(view.obj) and view.format == "B":
        return memoryview, (view.obj,)
    data = view.tobytes()
    return view_memory, (data if view.readonly else bytearray(data), view.format, view.shape)


@_reduces("_struct.Struct")
def _struct(snapshot, struct):
    return type(struct), (struct.format,)


@_reduces("re.Match", "_sre.Match", "sre.Match")
def _match(snapshot, match):
    """By matching again, in the way that gives this match."""
    ways = [(name, start) for start in (match.pos, match.start()) for name in ("search", "match", "fullmatch")]
    for name, start in ways:
        arguments = (match.re, name, match.string, start, match.endpos)
        again = match_again(*arguments)
        if again is not None and again.regs == match.regs:
            return match_again, arguments
    raise TypeError("cannot match it again")


@_reduces("_io.StringIO", "_io.BytesIO", subclasses=True)
def _memory_stream(snapshot, stream):
    """A closed one as closed, as its state must not be asked for any more."""
    if not stream.closed:
        return snapshot.by_protocol(stream)
    base = next(cls for cls in type(stream).__mro__ if cls.__module__ == "_io")
    return make_closed, (base, type(stream))


# Caches, weak references, context variables.


@_reduces("functools._lru_cache_wrapper")
def _lru_cache(snapshot, wrapper):
    module_name, qualname = wrapper.__module__, wrapper.__qualname__
    if snapshot.can_import(wrapper, module_name, qualname):
        return snapshot.by_name(module_name, qualname)
    options = wrapper.cache_parameters()
    return make_cache, (wrapper.__wrapped__, options["maxsize"], options["typed"]), wrapper.__dict__


@_reduces("weakref.ReferenceType", "_weakref.ReferenceType", "_weakref.ref", "weakref.ref", "weakref.KeyedRef")
def _weak_reference(snapshot, reference):
    target = reference()
    if target is None:
        return dead_reference, ()
    return sys.modules["weakref"].ref, (target, _callback(reference))


def _callback(reference):
    callback = reference.__callback__
    # In GraalPy 25.0.3, `__callback__` is a method instead of an attribute.
    return callback() if getattr(callback, "__self__", None) is reference else callback


@_reduces("weakref.WeakMethod")
def _weak_method(snapshot, reference):
    method = reference()
    if method is None:
        return dead_reference, ()
    return type(reference), (method,)


@_reduces(
    "weakref.ProxyType",
    "weakref.CallableProxyType",
    "_weakref.ProxyType",
    "_weakref.CallableProxyType",
    "weakref.weakproxy",
    "weakref.weakcallableproxy",
    "builtins.weakproxy",
    "builtins.weakcallableproxy",
)
def _weak_proxy(snapshot, proxy):
    return sys.modules["weakref"].proxy, (proxy.__repr__.__self__,)


@_reduces("weakref.WeakValueDictionary", "weakref.WeakKeyDictionary")
def _weak_dictionary(snapshot, dictionary):
    return type(dictionary), (), None, None, iter(list(dictionary.items()))


@_reduces("_weakrefset.WeakSet", "weakref.WeakSet")
def _weak_set(snapshot, members):
    return type(members), (list(members),)


@_reduces("_contextvars.ContextVar", "contextvars.ContextVar")
def _context_variable(snapshot, variable):
    context = sys.modules["contextvars"].copy_context()
    value = (context[variable],) if variable in context else ()
    name = getattr(variable, "name", "variable")  # GraalPy 25.0.3 does not tell
    return make_context_variable, (name, _default_of(variable), value)


def _default_of(variable):
    """The default in a tuple, or an empty tuple."""
    try:
        return (sys.modules["contextvars"].Context().run(variable.get),)
    except LookupError:
        return ()


# Threads and what they synchronise with.


@_reduces("_thread.lock", "_thread.LockType")
def _lock(snapshot, lock):
    return sys.modules["_thread"].allocate_lock, ()


@_reduces("_thread.RLock", "threading._RLock")
def _rlock(snapshot, lock):
    return sys.modules["threading"].RLock, ()


@_reduces("threading.Condition", subclasses=True)
def _condition(snapshot, condition):
    # Its waiters are threads of the parent.
    state = dict(condition.__dict__, _waiters=type(condition._waiters)())
    return object.__new__, (type(condition),), state


@_reduces("_thread._local", "_threading_local.local", subclasses=True)
def _thread_local(snapshot, local):
    return make_local, (type(local), dict(local.__dict__))


@_reduces("socket.socket")
def _socket(snapshot, socket):
    """A closed one as closed; any other as `multiprocessing` sends it."""
    if socket.fileno() == -1:
        return make_closed_socket, (type(socket), socket.family, socket.type, socket.proto)
    from multiprocessing import reduction

    return reduction._reduce_socket(socket)


@_reduces("threading.Thread", subclasses=True)
def _thread(snapshot, thread):
    """As after a fork: a thread that had been started has come to its end."""
    if thread is sys.modules["threading"].main_thread():
        return sys.modules["threading"].main_thread, ()
    state = dict(thread.__dict__, _tstate_lock=None)
    if thread.ident is not None:
        state["_is_stopped"] = True
    return object.__new__, (type(thread),), state


@_reduces("_queue.SimpleQueue")
def _simple_queue(snapshot, queue):
    return type(queue), ()


@_reduces("concurrent.futures.thread.ThreadPoolExecutor", subclasses=True)
def _thread_pool(snapshot, executor):
    """Without its threads, which a fork would end without the executor's knowing."""
    state = dict(executor.__dict__, _threads=set(), _idle_semaphore=type(executor._idle_semaphore)(0))
    return object.__new__, (type(executor),), state


@_reduces(
    "concurrent.futures.process.ProcessPoolExecutor", "concurrent.futures.process._ExecutorManagerThread", subclasses=True
)
def _process_pool(snapshot, executor):
    raise TypeError("a process pool executor serves only the process that made it")


@_reduces("multiprocessing.process.BaseProcess", subclasses=True)
def _process(snapshot, process):
    """With a stand-in for its `_popen`: to the child, no process is its own."""
    reduced = snapshot.by_protocol(process)
    if type(reduced) is tuple and len(reduced) > 2 and type(reduced[2]) is dict:
        state = dict(reduced[2], _popen=_inherited(reduced[2].get("_popen")))
        return (*reduced[:2], state, *reduced[3:])
    return reduced


def _inherited(popen):
    if popen is None:
        return None
    from _polyproc.snapshot.inherited import InheritedPopen

    return InheritedPopen(popen.pid, popen.returncode)


@_reduces("multiprocessing.shared_memory.SharedMemory", subclasses=True)
def _shared_memory(snapshot, memory):
    """By its descriptor, as the name may be gone already."""
    state = {name: value for name, value in memory.__dict__.items() if name not in _OF_MAPPING}
    if memory._mmap is None:
        return object.__new__, (type(memory),), state
    from multiprocessing.reduction import DupFd

    return map_shared_memory, (type(memory), DupFd(memory._fd), memory._size), state


_OF_MAPPING = ("_fd", "_mmap", "_buf")


@_reduces("multiprocessing.shared_memory.ShareableList", subclasses=True)
def _shareable_list(snapshot, listed):
    return object.__new__, (type(listed),), listed.__dict__


@_reduces("_ctypes._SimpleCData", "_ctypes.Array", "_ctypes.Structure", "_ctypes.Union", subclasses=True)
def _ctypes_value(snapshot, value):
    from _polyproc.snapshot.ctypes_values import reduce_value

    return reduce_value(snapshot, value)


# Typing.


@_reduces("typing.TypeVar")
def _type_variable(snapshot, variable):
    options = {"bound": variable.__bound__, "covariant": variable.__covariant__, "contravariant": variable.__contravariant__}
    return make_type_variable, (
        type(variable),
        variable.__name__,
        _module_name(variable),
        variable.__constraints__,
        _set_options(options),
    )


@_reduces("typing.ParamSpec")
def _parameter_specification(snapshot, variable):
    return (
        _type_variable(snapshot, variable)
        if hasattr(variable, "__constraints__")
        else (
            make_type_variable,
            (type(variable), variable.__name__, _module_name(variable), (), _set_options({"bound": variable.__bound__})),
        )
    )


@_reduces("typing.TypeVarTuple")
def _type_variable_tuple(snapshot, variable):
    return make_type_variable, (type(variable), variable.__name__, _module_name(variable), (), {})


def _module_name(variable):
    return getattr(variable, "__module__", None)  # in GraalPy, a parameter of `def f[T]()` has none


def _set_options(options):
    return {name: value for name, value in options.items() if value}


@_reduces("typing.NewType")
def _new_type(snapshot, new_type):
    return make_type_variable, (type(new_type), new_type.__name__, _module_name(new_type), (new_type.__supertype__,), {})


@_reduces("typing.TypeAliasType")
def _type_alias(snapshot, alias):
    return type(alias), (alias.__name__, alias.__value__)


# What the child calls.


def make_module(name: str) -> "ModuleType":
    return types.ModuleType(name)


def update_module(module: "ModuleType", namespace: dict) -> None:
    vars(module).update(namespace)


def make_wrapper(base: "Any", cls: type, arguments: "Any") -> "Any":
    """A property, static or class method, without running an `__init__` of the program's subclass."""
    wrapper = base.__new__(cls, *arguments)
    base.__init__(wrapper, *arguments)
    return wrapper


def class_attribute(cls: type, name: str) -> "Any":
    return vars(cls)[name]


def view_of(mapping: "Any", name: str) -> "Any":
    return getattr(mapping, name)()


def view_memory(data: bytes, format: "Any", shape: "tuple[int, ...]") -> memoryview:
    return memoryview(data).cast("B").cast(format, shape) if shape else memoryview(data)


def match_again(pattern: "re.Pattern", way: str, string: "Any", start: int, end: int) -> "re.Match | None":
    return getattr(pattern, way)(string, start, end)


def make_closed(base: "Any", cls: "Any") -> "Any":
    stream = base.__new__(cls)
    base.__init__(stream)
    base.close(stream)
    return stream


def make_cache(function: "Callable", maxsize: "int | None", typed: bool) -> "Callable":
    import functools

    return functools.lru_cache(maxsize, typed)(function)


def dead_reference() -> "weakref.ref":
    import weakref

    class Gone:
        pass

    return weakref.ref(Gone())


def make_context_variable(name: str, default: "Any", value: "Any") -> "ContextVar":
    from contextvars import ContextVar

    variable = ContextVar(name, default=default[0]) if default else ContextVar(name)
    if value:
        variable.set(value[0])
    return variable


def make_local(cls: "Any", attributes: "Any") -> "Any":
    base = sys.modules["_thread"]._local
    if cls.__init__ is base.__init__:
        local = base.__new__(cls)
        local.__dict__.update(attributes)
        return local

    # The first look at the attributes would run the class's `__init__`, with arguments that are not known.
    class Bare(base):  # type: ignore[valid-type, misc]
        pass

    local = Bare()
    local.__dict__.update(attributes)
    local.__class__ = cls
    return local


def make_closed_socket(cls: "Any", family: int, type: int, proto: int) -> "Any":
    socket = cls.__new__(cls)
    sys.modules["socket"].socket.__init__(socket, family, type, proto)
    sys.modules["socket"].socket.close(socket)
    return socket


def map_shared_memory(cls: "Any", duplicate: "Any", size: int) -> "Any":
    import mmap

    memory = object.__new__(cls)
    memory._fd = duplicate.detach()
    memory._mmap = mmap.mmap(memory._fd, size)
    memory._buf = memoryview(memory._mmap)
    return memory


def make_type_variable(cls: type, name: str, module_name: str, arguments: "Any", options: dict) -> "Any":
    variable = cls(name, *arguments, **options)
    if module_name is not None:
        variable.__module__ = module_name
    return variable
