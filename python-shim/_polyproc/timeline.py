"""Tells Java's `Trace` what this process does: see `docs/observation.md`.

Locks, queues, messages and the times of a pool's tasks Java sees itself, which costs a tenth of what it would here:
each function more that is called often has to be compiled in each process. Here is what Java cannot see: names, and
what else Python waits for. Functions of the standard library and of ours are replaced by ones that also look at the
clock, in processes whose program wants a timeline and in no others.
"""

import functools
import sys
import time

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import Any

_now = time.monotonic_ns
"""`System.nanoTime`, without a call of Java."""
_SHORT = 10_000
"""Nanoseconds: what takes no longer is no wait."""
_trace = None
_starting = 0
"""The number of the arrow to the process that is being started."""
_begun = 0
_task = None
"""The function of the task that a pool's worker has just run, or its name."""


def install(trace: "Any") -> None:
    """Begins to tell."""
    global _trace
    _trace = trace
    _install_processes()
    _install_waits()
    _install_pools()
    _install_executors()


def reset(trace: "Any") -> None:
    """In a forked child, which has a timeline of its own."""
    global _trace
    _trace = trace


def starting() -> "tuple[int, int]":
    """The number of the arrow to the process that is being started, and since when it is."""
    return int(_starting), int(_begun) or int(_now())


def arrived(what: str, since: int, flow: int) -> None:
    """The process has come so far."""
    # An arrow must end later than it begins.
    _trace.slice("process", what, since + 1, flow, 0, "")


def _slice(category, name, begin, flow_in=0, flow_out=0, detail=""):
    _trace.slice(category, name, begin, flow_in, flow_out, detail)


def replace(owner: "Any", name: str, make: "Callable[[Any], Any]") -> None:
    """Replaces a function by one that `make` returns for it."""
    if isinstance(owner, type):
        owner = next(cls for cls in owner.__mro__ if name in cls.__dict__)
    function = owner.__dict__[name]
    setattr(owner, name, functools.wraps(function)(make(function)))


def _waiting(label):
    """A function that tells how long another one has taken, if that was long."""

    def make(function):
        def waiting(self, *args, **kwargs):
            begin = _now()
            try:
                return function(self, *args, **kwargs)
            finally:
                if _now() - begin > _SHORT:
                    _trace.waited(label(self) if callable(label) else label, begin, "")

        return waiting

    return make


def _step(label):
    """A function that tells that another one was called."""

    def make(function):
        def step(*args, **kwargs):
            begin = _now()
            try:
                return function(*args, **kwargs)
            finally:
                _slice("process", label, begin)

        return step

    return make


def name_of(function: "Any", arguments: "Any" = ()) -> str:
    """What a task is called."""
    from multiprocessing import pool

    if function in (pool.mapstar, pool.starmapstar) and arguments:
        inner, chunk = arguments[0]
        return _of_chunk(name_of(inner), chunk)
    if isinstance(function, functools.partial):
        process = sys.modules.get("concurrent.futures.process")
        if process is not None and function.func is process._process_chunk:
            return _of_chunk(name_of(function.args[0]), arguments[0] if arguments else ())
        return name_of(function.func)
    return str(getattr(function, "__qualname__", None) or type(function).__qualname__)


def _of_chunk(name, chunk):
    return f"{name} × {len(chunk)}" if len(chunk) > 1 else name


# --- Processes.


def _install_processes():
    from multiprocessing import popen_fork, process

    from _polyproc.process import child, popen

    def start(function):
        def start(self):
            global _starting, _begun
            _starting, _begun = _trace.newFlow(), _now()
            begin = _begun
            try:
                function(self)
            finally:
                _slice(
                    "process",
                    f"start {self.name}",
                    begin,
                    0,
                    _starting,
                    f"process {self.pid}" if self._popen is not None else "",
                )
                _starting = 0

        return start

    def bootstrap(function):
        def _bootstrap(self, parent_sentinel=None):
            global _starting
            _trace.nameProcess(self.name)
            if _starting:  # forked; else the arrow has ended already
                arrived("fork", _begun, _starting)
                _starting = 0
            begin = _now()
            try:
                return function(self, parent_sentinel)
            finally:
                _slice("process", f"run {self.name}", begin)
                _trace.flush()

        return _bootstrap

    replace(process.BaseProcess, "start", start)
    replace(process.BaseProcess, "_bootstrap", bootstrap)
    if "_launch" in popen_fork.Popen.__dict__:
        replace(popen_fork.Popen, "_launch", _step("fork"))
    replace(popen.Popen, "_launch", _step("pickle, and ask for a process"))
    replace(child, "_unpickle", _step("import main, unpickle"))
    replace(child, "_restore", _step("restore the snapshot"))
    replace(process.BaseProcess, "join", _waiting(lambda self: f"join {self.name}"))


# --- Waits.


def _install_waits():
    from concurrent.futures import _base
    from multiprocessing import connection, managers

    if not connection._messages.areAvailable():  # else Java tells of these
        replace(connection._ConnectionBase, "recv", _waiting("receive"))
        replace(connection._ConnectionBase, "send", _waiting("send"))
    replace(connection, "_wait_for", lambda function: _of_function("wait for connections", function))
    replace(managers.BaseProxy, "_callmethod", _waiting("call of a manager"))
    replace(_base.Future, "result", _waiting("wait for a future"))
    time.sleep = functools.wraps(time.sleep)(_of_function("sleep", time.sleep))


def _of_function(label, function):
    def waiting(*args, **kwargs):
        begin = _now()
        try:
            return function(*args, **kwargs)
        finally:
            if _now() - begin > _SHORT:
                _trace.waited(label, begin, "")

    return waiting


# --- Pools: Java's `TaskClaims` tells of tasks, and of the messages that have them.


def _install_pools():
    from multiprocessing import pool

    from _polyproc.pool import worker_main, workers

    worker_main.name_of = name_of
    workers.has_timeline = True
    replace(pool.ApplyResult, "wait", _waiting("wait for results"))
    replace(pool.IMapIterator, "__init__", _told_by_condition)


def _told_by_condition(function):
    """An iterator over results that waits on a condition which tells of it: not all its calls wait."""

    def __init__(self, *args):
        function(self, *args)
        wait = self._cond.wait
        self._cond.wait = _of_function("wait for the next result", wait)

    return __init__


# --- Executors.


class _TasksQueue:
    """A worker's queue of tasks, which tells what lies between two of them."""

    def __init__(self, queue):
        self._queue = queue
        self._name = None

    def get(self, block=True, timeout=None):
        if self._name is not None:
            _slice("task", self._name, self._begin)
            self._name = None
        item = self._queue.get(block, timeout)
        if item is not None:
            self._name, self._begin = name_of(item.fn, item.args), _now()
        return item


def _install_executors():
    from concurrent.futures import process

    def worker(function):
        def _process_worker(call_queue, *args, **kwargs):
            function(_TasksQueue(call_queue), *args, **kwargs)

        return _process_worker

    replace(process, "_process_worker", worker)
