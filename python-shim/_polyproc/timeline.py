"""Tells Java's `Trace` what this process does: see `docs/observation.md`.

Locks, queues and the times of a pool's tasks Java sees itself; here is what it cannot see: names, and what Python
waits for. Functions of the standard library and of ours are replaced by ones that also look at the clock, in
processes whose program wants a timeline and in no others.
"""

import functools
import os
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
                _slice("process", f"start {self.name}", begin, 0, _starting,
                       f"process {self.pid}" if self._popen is not None else "")
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

    # Not the methods for bytes, by which pools speak with their workers.
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


# --- Pools: an arrow goes from a message with tasks to the worker that runs them, and on to their results.

def _install_pools():
    from multiprocessing import pool

    from _polyproc.pool import dispatcher, worker_main, workers

    def take_on(function):
        def take_on(self, batch):
            # Both ends count the messages, so they have the same numbers.
            self.sent = getattr(self, "sent", 0) + 1
            batch.flow = self.process.pid << 32 | self.sent
            return function(self, batch)
        return take_on

    def send(function):
        def _send(self, worker, batch):
            begin = _now()
            function(self, worker, batch)
            if batch.flow:
                _trace.slice("pool", "send", begin, 0, batch.flow, "")
        return _send

    def take(function):
        def take(self, worker, seconds, outcome):
            flow = worker.held[0].flow if worker.held else 0
            begin = _now()
            function(self, worker, seconds, outcome)
            _trace.slice("pool", "result", begin, flow, 0, "")
        return take

    def initialise(function):
        def __init__(self, connection, claims, wrap_exception):
            function(self, connection, claims, wrap_exception)
            self.claims = claims
            self.received = 0
            self.pid = os.getpid()
        return __init__

    def receive(function):
        def _receive(self):
            message = function(self)
            self.received += 1
            self.begun = _now()
            return message
        return _receive

    def run_one(function):
        def _run_one(self, how, key, body):
            global _task
            function(self, how, key, body)
            _told(self, _task or self._function)
            _task = None
        return _run_one

    def run_batch(function):
        def _run_batch(self, epoch, how, key, arguments):
            count = function(self, epoch, how, key, arguments)
            if count:
                _told(self, self._function)
            return count
        return _run_batch

    replace(workers.Worker, "take_on", take_on)
    replace(dispatcher.Dispatcher, "_send", send)
    replace(dispatcher.Dispatcher, "_take_values", take)
    replace(dispatcher.Dispatcher, "_take_outcome", take)
    replace(worker_main._Worker, "__init__", initialise)
    replace(worker_main._Worker, "_receive", receive)
    replace(worker_main._Worker, "_run_one", run_one)
    replace(worker_main._Worker, "_run_batch", run_batch)
    worker_main.note_task = _note_task
    replace(pool.ApplyResult, "wait", _waiting("wait for results"))
    replace(pool.IMapIterator, "next", _waiting("wait for the next result"))
    pool.IMapIterator.__next__ = pool.IMapIterator.next


def _note_task(function, arguments):
    global _task
    _task = name_of(function, arguments)


def _told(worker, task):
    """Tells of the tasks of one message."""
    flow = worker.pid << 32 | worker.received
    count = worker.claims.traceTasks(task if type(task) is str else name_of(task))
    _trace.slice("pool", "task" if count == 1 else f"{count} tasks", worker.begun, flow, flow, "")


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
