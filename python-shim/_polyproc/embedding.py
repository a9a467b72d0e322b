"""Processes that a Java program starts, and the objects that it shares with them.

Java pickles what it sends; what has no class of Python's own is built by the functions below, each
named in the pickle. The other way, Python pickles as ever, and Java knows the classes that matter.
"""

import contextlib
import enum
import os
import pickle
import sys
import traceback

import _polyproc
from _polyproc import descriptors, lifecycle

_OK, _FAILED, _NO_START, _THREW = b"\0", b"\1", b"\2", b"\3"
_MOST_CAUSES = 100
_NUMBER_BYTES = 8


def run(body, parent_sentinel):
    """Runs the process that Java describes in `body`; returns its exit status."""
    def embedded():
        head, arguments = body
        process_obj = _process(pickle.loads(head), arguments)
        sys.exit(process_obj._bootstrap(parent_sentinel=parent_sentinel))
    return lifecycle.run_to_end(embedded, hidden_frames=False)


def _process(start, arguments):
    import multiprocessing
    from multiprocessing import process, reduction, resource_tracker
    resource_tracker.adopt(descriptors.Received(0).detach())
    descriptors.close_received()
    _polyproc.embedded = True
    sys.path[:0] = start["path"]
    sys.argv[:] = [""]
    _name_class_path()
    reduction.ForkingPickler.reducer_override = reduce_for_java
    parent = process.current_process()
    parent.authkey = start["authkey"]
    made = multiprocessing.get_context(start["method"]).Process(
        target=_call, args=pickle.loads(arguments), name=start["name"])
    made._identity = (start["number"],)
    made._parent_pid = start["parent"]
    return made


def _name_class_path():
    """Lets `java.type` say where it has looked for a class that it does not find."""
    import java
    find = java.type

    def type(name):
        try:
            return find(name)
        except KeyError:
            path = find("java.lang.System").getProperty("polyproc.host-class-path")
            places = "".join(f"\n  {entry}" for entry in path.split(os.pathsep) if entry)
            message = (f"there is no class {name} among those of the JVM, of polyproc and of the "
                       f"program's class path{':' + places if places else ', which is empty'}")
        raise KeyError(message)

    java.type = type


def reduce_for_java(pickler, obj):
    """Lets pickles say more of enumerations and exceptions than Python needs; Java's own objects become
    what they are in Python."""
    if _is_of_java(obj):
        return loads, (_java_pickle(obj),)
    if isinstance(obj, enum.Enum):
        name = type(obj).__dict__.get("_java_name_")
        if name is not None:
            return constant, (name, tuple(type(obj).__members__), obj._name_)
        return member, (type(obj), obj._name_, obj._value_)
    if isinstance(obj, BaseException) and type(obj).__module__ != "builtins":
        return exception, (type(obj), _type_name(obj), str(obj), obj.__reduce_ex__(4))
    return NotImplemented


def _java_pickle(obj):
    import java
    return java.type("io.polyproc.WorkerValues").pickle(obj)


def member(cls, name, value):
    """A member of an enumeration, which Java finds by its name."""
    return cls(value)


def exception(cls, name, message, reduced):
    """An exception that is not a built-in one."""
    made = reduced[0](*reduced[1])
    if len(reduced) > 2 and reduced[2]:
        made.__dict__.update(reduced[2])
    return made


# Functions


_functions = {}


def _call(spec, arguments, keywords):
    return function(spec)(*arguments, **keywords)


def partial(func, arguments, keywords):
    """A function of which some arguments are given."""
    import functools
    return functools.partial(func, *arguments, **keywords)


def function(spec):
    """The function that Java means: (kind, where, qualified name)."""
    found = _functions.get(spec)
    if found is None:
        found = _functions[spec] = _find(*spec)
    return found


def _find(kind, where, name):
    target = _IMPORTS[kind](where)
    for part in name.split("."):
        target = getattr(target, part)
    return target


def _import_module(name):
    import importlib
    return importlib.import_module(name)


def _import_file(path):
    """The module of a file, under the name that `import` would give it."""
    import importlib.util
    folder, base = os.path.split(os.path.abspath(path))
    name = os.path.splitext(base)[0]
    known = sys.modules.get(name)
    if known is not None and getattr(known, "__file__", None) == os.path.join(folder, base):
        return known
    if folder not in sys.path:
        sys.path.insert(0, folder)
    spec = importlib.util.spec_from_file_location(name, os.path.join(folder, base))
    if spec is None:
        raise ImportError(f"{path} is not a file of Python source")
    return _execute(name, importlib.util.module_from_spec(spec), spec.loader.exec_module)


def _import_source(text):
    import hashlib
    import linecache
    import types
    name = "java_source_" + hashlib.sha1(text.encode("utf-8", "surrogatepass")).hexdigest()[:12]
    known = sys.modules.get(name)
    if known is not None:
        return known
    filename = f"<{name}>"
    linecache.cache[filename] = len(text), None, text.splitlines(True), filename
    code = compile(text, filename, "exec")
    return _execute(name, types.ModuleType(name), lambda module: exec(code, module.__dict__))


def _execute(name, module, execute):
    sys.modules[name] = module
    try:
        execute(module)
    except BaseException:
        del sys.modules[name]
        raise
    return module


_IMPORTS = {"module": _import_module, "file": _import_file, "source": _import_source}


# The worker of a pool


def serve(connection, initializer):
    """Runs tasks one after the other, until Java closes the connection.

    `initializer` is None or a call: (function, arguments, keyword arguments)."""
    if initializer is not None:
        try:
            _call(*initializer)
        except Exception as e:
            _send(connection, bytes(_NUMBER_BYTES) + _NO_START + _failure(e))
            return
    while True:
        try:
            message = connection.recv_bytes()
        except (EOFError, OSError):
            return
        if not _send(connection, message[:_NUMBER_BYTES] + _answer(message[_NUMBER_BYTES:])):
            return


def _send(connection, answer):
    try:
        connection.send_bytes(answer)
        return True
    except OSError:
        return False  # Java has closed its end


def _answer(task):
    try:
        return _OK + dumps(_call(*pickle.loads(task)))
    except (SystemExit, KeyboardInterrupt):
        raise
    except BaseException as e:  # GraalPy does not count Java's exceptions among `Exception`
        return _THREW + _java_failure(e) if _is_of_java(e) else _FAILED + _failure(e)


def _is_of_java(obj):
    return type(obj).__module__ == "polyglot"


def _java_failure(e):
    """An exception of Java's and its causes, the outermost first; it has no traceback of Python's."""
    chain, cause = [], e
    while cause is not None and len(chain) < _MOST_CAUSES:
        frames = [(frame.getClassName(), frame.getMethodName(), frame.getFileName(),
                   frame.getLineNumber()) for frame in cause.getStackTrace()]
        chain.append((cause.getClass().getName(), cause.getMessage(), frames))
        cause = cause.getCause()
    return dumps(chain)  # a file's name may be Java's null


def check_functions(module, wanted):
    """Looks for the functions of a Java interface: for each (name, Python's form of the name, number
    of arguments) the name that the module has, or None and what is wrong."""
    namespace = _import_module(module)
    return tuple(_check_function(namespace, *each) for each in wanted)


def _check_function(namespace, java_name, name, count):
    import inspect
    for each in (java_name, name):
        func = getattr(namespace, each, None)
        if func is None:
            continue
        if not callable(func):
            return None, f"{each} is not a function"
        try:
            inspect.signature(func).bind(*(None,) * count)
        except TypeError as e:
            return None, f"{each}() can't be called with {count} arguments: {e}"
        except ValueError:
            pass  # a built-in function that does not tell
        return each, None
    return None, "there is no such function" + ("" if name == java_name else f", nor {name}")


def _failure(e):
    return pickle.dumps((_type_name(e), _message(e), _traceback(e)), 4)


def _type_name(e):
    cls = type(e)
    module = getattr(cls, "__module__", "builtins")
    name = getattr(cls, "__qualname__", cls.__name__)
    return name if module in ("builtins", "__main__") else f"{module}.{name}"


def _message(e):
    try:
        return str(e)
    except Exception as failure:
        return f"(no message: {type(failure).__name__} in __str__)"


def _traceback(e):
    try:
        own = getattr(e, "__traceback__", None)
        while own is not None and own.tb_frame.f_code.co_filename == __file__:
            own = own.tb_next
        return "".join(traceback.format_exception(type(e), e, own))
    except Exception:
        return f"{_type_name(e)}: {_message(e)}\n"


# Java objects that Python calls


class Callback:
    """A Java object of the program: its methods run in the program's JVM."""

    def __init__(self, number, name, requests, methods, functional):
        self._number = number
        self._name = name
        self._requests = requests
        self._methods = methods
        self._functional = functional

    def __getattr__(self, name):
        methods = self.__dict__.get("_methods")
        if methods is None or name not in methods:
            raise AttributeError(f"'{self.__dict__.get('_name')}' has no method '{name}'")
        import functools
        return functools.partial(_ask_java, self._requests, self._number, methods[name])

    def __call__(self, *arguments):
        if not self._functional:
            raise TypeError(f"'{self._name}' has more than one method: name one of them")
        return _ask_java(self._requests, self._number, self._functional, *arguments)

    def __reduce__(self):
        return callback, (self._number, self._name, self._requests, self._methods, self._functional)

    def __repr__(self):
        return f"<Java's {self._name}>"


callback = Callback


_reply_lines = None


def _ask_java(requests, number, method, *arguments):
    """Sends a request and waits for the answer, which comes on a line of this thread's own."""
    global _reply_lines
    import threading
    if _reply_lines is None:
        _reply_lines = threading.local()
    # Here and not in the queue's thread, where a failure would be nobody's.
    message = dumps(arguments)
    line = _reply_lines.__dict__.get("line")
    if line is not None and line[0] == os.getpid():
        _, name, receiver = line
        requests.put((number, method, message, name, None))
        ok, value = receiver.recv()
    else:
        import multiprocessing
        receiver, sender = multiprocessing.Pipe(False)
        name = os.urandom(16).hex()
        requests.put((number, method, message, name, sender))
        ok, value = receiver.recv()
        sender.close()  # it was pickled by now; Java has its own
        _reply_lines.line = os.getpid(), name, receiver
    if ok:
        return value
    raise value


# What crosses


class _Crossing:
    """Stands for a process that is being started while something is pickled for Java, so that locks
    and queues can be pickled at all; descriptors are left with the supervisor."""

    method = "fork"
    DupFd = descriptors.Shared

    @staticmethod
    def duplicate_for_child(fd):
        return fd


def dumps(obj):
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


def loads(text):
    """The object in a pickle whose bytes are Latin-1 text: Java's bytes are none of Python's."""
    return pickle.loads(text.encode("latin-1"))


def dumps_as_text(obj):
    """The reverse."""
    return dumps(obj).decode("latin-1")


def kept(token):
    """A descriptor that Java has left with the supervisor."""
    shared = descriptors.Shared.__new__(descriptors.Shared)
    shared.token = token
    return shared


def connection(handle, readable, writable):
    """An end of a pipe."""
    from multiprocessing.connection import Connection
    return Connection(handle.detach(), readable, writable)


def packet_connection(handle, readable, writable):
    """An end of a queue."""
    from multiprocessing.connection import PacketConnection
    return PacketConnection(handle.detach(), readable, writable)


def lock(name, handle, kind, maxvalue):
    """A Lock, RLock, Semaphore or BoundedSemaphore."""
    from multiprocessing import synchronize
    cls = getattr(synchronize, name)
    made = cls.__new__(cls)
    made.__setstate__((handle, kind, maxvalue, None))
    return made


def condition(lock, sleeping, woken, wait):
    """A Condition of its parts."""
    from multiprocessing import synchronize
    made = synchronize.Condition.__new__(synchronize.Condition)
    made.__setstate__((lock, sleeping, woken, wait))
    return made


def event(cond, flag):
    """An Event of its parts."""
    from multiprocessing import synchronize
    made = synchronize.Event.__new__(synchronize.Event)
    made._cond = cond
    made._flag = flag
    return made


def barrier(parties, timeout, cond, memory):
    """A Barrier of its parts."""
    from multiprocessing import synchronize
    made = synchronize.Barrier.__new__(synchronize.Barrier)
    made.__setstate__((parties, None, timeout, cond, memory))
    return made


def queue(maxsize, reader, writer, rlock, wlock, sem):
    """A Queue of its parts."""
    from multiprocessing.queues import Queue
    made = Queue.__new__(Queue)
    made.__setstate__((False, maxsize, reader, writer, rlock, wlock, sem, os.getpid()))
    return made


def memory(handle, start, size):
    """A block of shared memory, as `Value` and `Array` have it."""
    from multiprocessing import heap
    arena = heap.Arena(start + size, handle.detach())
    made = heap.BufferWrapper.__new__(heap.BufferWrapper)
    made._state = (arena, start, start + size), size
    return made


def number(typecode, memory, lock):
    """A `Value`, with its lock or None."""
    from multiprocessing import sharedctypes
    made = sharedctypes.rebuild_ctype(sharedctypes.typecode_to_type[typecode], memory, None)
    return made if lock is None else sharedctypes.synchronized(made, lock)


def array(typecode, length, memory, lock):
    """An `Array`, with its lock or None."""
    from multiprocessing import sharedctypes
    made = sharedctypes.rebuild_ctype(sharedctypes.typecode_to_type[typecode], memory, length)
    return made if lock is None else sharedctypes.synchronized(made, lock)


def named_memory(name):
    """A `SharedMemory` that exists."""
    from multiprocessing.shared_memory import SharedMemory
    return SharedMemory(name)


_classes = {}


def record(name, fields, values):
    """A Java record: an instance of a frozen dataclass with the record's simple name."""
    return _record_class(name, fields)(*values)


def _record_class(name, fields):
    cls = _classes.get((name, fields))
    if cls is None:
        import dataclasses
        package, _, simple = name.rpartition(".")
        cls = dataclasses.make_dataclass(
            simple.rpartition("$")[2], fields, frozen=True,
            namespace={"__reduce__": _reduce_record, "_java_name": name, "_java_fields": fields})
        cls.__module__ = package
        _classes[name, fields] = cls
    return cls


def _reduce_record(self):
    cls = type(self)
    return record, (cls._java_name, cls._java_fields,
                    tuple(getattr(self, field) for field in cls._java_fields))


def constant(name, constants, chosen):
    """A constant of a Java enum: a member of an enumeration whose values are the names."""
    cls = _classes.get((name, constants))
    if cls is None:
        package, _, simple = name.rpartition(".")
        cls = enum.Enum(simple.rpartition("$")[2], [(each, each) for each in constants])
        cls.__module__ = package
        type.__setattr__(cls, "_java_name_", name)
        _classes[name, constants] = cls
    return cls[chosen]


def zone(key, offset):
    """The time zone of a moment: its offset where this machine has no time zones."""
    import datetime
    import zoneinfo
    try:
        return zoneinfo.ZoneInfo(key)
    except zoneinfo.ZoneInfoNotFoundError:
        return datetime.timezone(datetime.timedelta(seconds=offset), key)


def serve_manager(connection):
    """Runs the server of a manager that Java has asked for, and tells where it listens."""
    from multiprocessing.managers import SyncManager
    server = SyncManager().get_server()
    connection.send(server.address)
    connection.close()
    server.serve_forever()


def proxy(typeid, address, ident, authkey, exposed):
    """A proxy of an object in a manager."""
    from multiprocessing.managers import AutoProxy, RebuildProxy, SyncManager, Token
    registered = SyncManager._registry.get(typeid)
    func = registered[-1] if registered is not None and registered[-1] is not None else AutoProxy
    options = {"authkey": authkey}
    if func is AutoProxy:
        options["exposed"] = tuple(exposed)
    return RebuildProxy(func, Token(typeid, address, ident), "pickle", options)
