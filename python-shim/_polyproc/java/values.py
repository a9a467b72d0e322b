"""What crosses between Java and Python.

Java pickles what it sends; what has no class of Python's own is built by the functions below, each named in the pickle
(`io.polyproc.value.ValueWriter`). The other way, Python pickles as ever, and Java knows the classes that matter
(`io.polyproc.value.KnownTypes`).
"""

import contextlib
import enum
import os
import pickle

from _polyproc.java.functions import function, partial  # noqa: F401  named in pickles
from _polyproc.process import descriptors

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import tzinfo
    from typing import Any


def reduce_for_java(pickler: "Any", obj: "Any") -> "Any":
    """Lets pickles say more of enumerations and exceptions than Python needs; Java's own objects become
    what they are in Python."""
    if is_of_java(obj):
        return loads, (_java_pickle(obj),)
    if isinstance(obj, enum.Enum):
        name = type(obj).__dict__.get("_java_name_")
        if name is not None:
            return constant, (name, tuple(type(obj).__members__), obj._name_)
        return member, (type(obj), obj._name_, obj._value_)
    if isinstance(obj, BaseException) and type(obj).__module__ != "builtins":
        return exception, (type(obj), type_name(obj), str(obj), obj.__reduce_ex__(4))
    return NotImplemented


def is_of_java(obj: object) -> bool:
    """Whether this is an object of the JVM, which no pickle can hold."""
    return type(obj).__module__ == "polyglot"


def _java_pickle(obj):
    import java

    return java.type("io.polyproc.WorkerValues").pickle(obj)


def type_name(e: object) -> str:
    """The name of an exception's class, as Python shows it."""
    cls = type(e)
    module = getattr(cls, "__module__", "builtins")
    name = getattr(cls, "__qualname__", cls.__name__)
    return name if module in ("builtins", "__main__") else f"{module}.{name}"


def member(cls: "type[enum.Enum]", name: str, value: "Any") -> enum.Enum:
    """A member of an enumeration, which Java finds by its name."""
    return cls(value)


def exception(cls: type, name: str, message: str, reduced: "Any") -> "Any":
    """An exception that is not a built-in one."""
    made = reduced[0](*reduced[1])
    if len(reduced) > 2 and reduced[2]:
        made.__dict__.update(reduced[2])
    return made


# Pickles


class _Crossing:
    """Stands for a process that is being started while something is pickled for Java, so that locks
    and queues can be pickled at all; descriptors are left with the supervisor."""

    method = "fork"
    DupFd = descriptors.Shared

    @staticmethod
    def duplicate_for_child(fd):
        return fd


def dumps(obj: object) -> bytes:
    """A pickle for Java."""
    from multiprocessing import reduction

    with _crossing():
        return bytes(reduction.ForkingPickler.dumps(obj, 4))


@contextlib.contextmanager
def _crossing():
    from multiprocessing import context

    former = context.get_spawning_popen()
    context.set_spawning_popen(_Crossing)
    try:
        yield
    finally:
        context.set_spawning_popen(former)


def loads(text: str) -> "Any":
    """The object in a pickle whose bytes are Latin-1 text: Java's bytes are none of Python's."""
    return pickle.loads(text.encode("latin-1"))


def dumps_as_text(obj: object) -> str:
    """The reverse."""
    return dumps(obj).decode("latin-1")


# Shared objects, of their parts


def kept(token: str) -> descriptors.Shared:
    """A descriptor that Java has left with the supervisor."""
    shared = descriptors.SharedHere.__new__(descriptors.SharedHere)
    shared.token = token
    return shared


def connection(handle: "Any", readable: bool, writable: bool) -> "Any":
    """An end of a pipe."""
    from multiprocessing.connection import Connection

    return Connection(handle.detach(), readable, writable)


def packet_connection(handle: "Any", readable: bool, writable: bool) -> "Any":
    """An end of a queue."""
    from multiprocessing.connection import PacketConnection

    return PacketConnection(handle.detach(), readable, writable)


def lock(name: str, handle: "Any", kind: int, maxvalue: int) -> "Any":
    """A Lock, RLock, Semaphore or BoundedSemaphore."""
    from multiprocessing import synchronize

    cls = getattr(synchronize, name)
    made = cls.__new__(cls)
    made.__setstate__((handle, kind, maxvalue, None))
    return made


def condition(lock: "Any", sleeping: "Any", woken: "Any", wait: "Any") -> "Any":
    """A Condition of its parts."""
    from multiprocessing import synchronize

    made = synchronize.Condition.__new__(synchronize.Condition)
    made.__setstate__((lock, sleeping, woken, wait))
    return made


def event(cond: "Any", flag: "Any") -> "Any":
    """An Event of its parts."""
    from multiprocessing import synchronize

    made = synchronize.Event.__new__(synchronize.Event)
    made._cond = cond
    made._flag = flag
    return made


def barrier(parties: int, timeout: "float | None", cond: "Any", memory: "Any") -> "Any":
    """A Barrier of its parts."""
    from multiprocessing import synchronize

    made = synchronize.Barrier.__new__(synchronize.Barrier)
    made.__setstate__((parties, None, timeout, cond, memory))
    return made


def queue(maxsize: int, reader: "Any", writer: "Any", rlock: "Any", wlock: "Any", sem: "Any") -> "Any":
    """A Queue of its parts."""
    from multiprocessing.queues import Queue

    made = Queue.__new__(Queue)
    made.__setstate__((False, maxsize, reader, writer, rlock, wlock, sem, os.getpid()))
    return made


def memory(handle: "Any", start: int, size: int) -> "Any":
    """A block of shared memory, as `Value` and `Array` have it."""
    from multiprocessing import heap

    arena = heap.Arena(start + size, handle.detach())
    made = heap.BufferWrapper.__new__(heap.BufferWrapper)
    made._state = (arena, start, start + size), size
    return made


def view(data: "Any", typecode: "Any") -> memoryview:
    """A memoryview of a buffer."""
    made = memoryview(data)
    return made if typecode == "B" else made.cast(typecode)


def mapped_view(handle: "Any", size: int, typecode: str) -> memoryview:
    """A memoryview of a buffer in memory that Java has filled for this process."""
    import mmap

    fd = handle.detach()
    try:
        return view(mmap.mmap(fd, size), typecode)
    finally:
        os.close(fd)


def number(typecode: str, memory: "Any", lock: "Any") -> "Any":
    """A `Value`, with its lock or None."""
    from multiprocessing import sharedctypes

    made = sharedctypes.rebuild_ctype(sharedctypes.typecode_to_type[typecode], memory, None)
    return made if lock is None else sharedctypes.synchronized(made, lock)


def array(typecode: str, length: int, memory: "Any", lock: "Any") -> "Any":
    """An `Array`, with its lock or None."""
    from multiprocessing import sharedctypes

    made = sharedctypes.rebuild_ctype(sharedctypes.typecode_to_type[typecode], memory, length)
    return made if lock is None else sharedctypes.synchronized(made, lock)


def named_memory(name: str) -> "Any":
    """A `SharedMemory` that exists."""
    from multiprocessing.shared_memory import SharedMemory

    return SharedMemory(name)


def proxy(typeid: str, address: "Any", ident: str, authkey: bytes, exposed: "Iterable[str]") -> "Any":
    """A proxy of an object in a manager."""
    from multiprocessing.managers import AutoProxy, RebuildProxy, SyncManager, Token

    registered = SyncManager._registry.get(typeid)
    func = registered[-1] if registered is not None and registered[-1] is not None else AutoProxy
    options: "dict[str, Any]" = {"authkey": authkey}
    if func is AutoProxy:
        options["exposed"] = tuple(exposed)
    return RebuildProxy(func, Token(typeid, address, ident), "pickle", options)


# Java's own kinds of values


_classes = {}


def record(name: str, fields: "tuple[str, ...]", values: "Iterable[Any]") -> "Any":
    """A Java record: an instance of a frozen dataclass with the record's simple name."""
    return _record_class(name, fields)(*values)


def _record_class(name, fields):
    cls = _classes.get((name, fields))
    if cls is None:
        import dataclasses

        package, _, simple = name.rpartition(".")
        cls = dataclasses.make_dataclass(
            simple.rpartition("$")[2],
            fields,
            frozen=True,
            namespace={"__reduce__": _reduce_record, "_java_name": name, "_java_fields": fields},
        )
        cls.__module__ = package
        _classes[name, fields] = cls
    return cls


def _reduce_record(self):
    cls = type(self)
    return record, (cls._java_name, cls._java_fields, tuple(getattr(self, field) for field in cls._java_fields))


def constant(name: str, constants: "tuple[str, ...]", chosen: str) -> enum.Enum:
    """A constant of a Java enum: a member of an enumeration whose values are the names."""
    cls: "Any" = _classes.get((name, constants))
    if cls is None:
        package, _, simple = name.rpartition(".")
        cls = enum.Enum(simple.rpartition("$")[2], [(each, each) for each in constants])  # type: ignore[misc, no-redef]
        cls.__module__ = package
        type.__setattr__(cls, "_java_name_", name)
        _classes[name, constants] = cls
    return cls[chosen]


def zone(key: str, offset: int) -> "tzinfo":
    """The time zone of a moment: its offset where this machine has no time zones."""
    import datetime
    import zoneinfo

    try:
        return zoneinfo.ZoneInfo(key)
    except zoneinfo.ZoneInfoNotFoundError:
        return datetime.timezone(datetime.timedelta(seconds=offset), key)
