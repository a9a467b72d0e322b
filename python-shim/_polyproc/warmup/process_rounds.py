"""The starts and ends of processes, within this one: it starts them and is them, without any other process.

Each worker is restored or forked from a process that has run these rounds, so what was loaded, linked and compiled here
no process has to do again. A round leaves no trace: what it changes of a module is put back.
"""

import contextlib
import itertools
import os
import runpy
import sys
import weakref
from collections.abc import MutableMapping

import _polyproc
from _polyproc.process import child, environment, forking
from _polyproc.warmup import preload

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator
    from typing import Any


def run(supervisor: "Any", number: int) -> None:
    """Runs one round, with one or the other start method in turn.

    supervisor: Java's stand-in for it, which hands over what was to start.
    """
    with nothing_changed():
        import multiprocessing

        multiprocessing.process._process_counter = itertools.count(1)
        if number % 2 and not str(_polyproc.runtime.whyNoFork() or ""):
            _run_forked()
        else:
            _run_spawned(supervisor)


def _run_forked():
    """A child that this process really has, and what it does once more in this one."""
    import multiprocessing

    context = multiprocessing.get_context("fork")
    queue, lock = context.SimpleQueue(), context.Lock()
    here, there = context.Pipe()
    parts = [queue._reader, queue._writer, here, there]
    sys.argv[:] = ["program"]
    try:
        process = context.Process(target=_part, args=(queue, lock, there))
        try:
            process.start()
        except OSError:
            return  # there is no room for another process now
        process.join()
        if process.exitcode or queue.get() != ["a", 1, None] or here.recv() != {"b": 2.5}:
            raise AssertionError(f"the process of a round has ended with status {process.exitcode}")
        process.close()
        with nothing_changed(), _another_stdin():
            forking.become_child()
            status = context.Process(target=_nothing)._bootstrap(parent_sentinel=0)
        if status:
            raise AssertionError(f"the process of a round has ended with status {status}")
    finally:
        for part in parts:
            part.close()


def _run_spawned(supervisor):
    import multiprocessing
    from multiprocessing import resource_tracker

    resource_tracker.getfd = _standard_input
    resource_tracker.adopt = os.close
    context = multiprocessing.get_context("spawn")
    queue, lock = context.SimpleQueue(), context.Lock()
    here, there = context.Pipe()
    parts = [queue._reader, queue._writer, here, there]
    os.environ["POLYPROC_WARM_UP"] = "changed in the child"
    sys.argv[:] = ["program"]
    try:
        process = context.Process(target=_part, args=(queue, lock, there))
        process.start()
        payload, *others = [int(fd) for fd in supervisor.takeStarted()]
        _be_child(int(supervisor.parentPid()), payload, others)
        supervisor.end()
        process.join()
        if queue.get() != ["a", 1, None] or here.recv() != {"b": 2.5}:
            raise AssertionError("the process of a round has sent something else")
        process.close()
    finally:
        for part in parts:
            part.close()


@contextlib.contextmanager
def _another_stdin():
    """A child closes its standard input, which the forks of this worker still need, and opens the null device."""
    sys.stdin = open(os.devnull, encoding="utf-8")
    try:
        yield
    finally:
        os.close(sys.stdin.fileno())


def _standard_input():
    return 0


def _be_child(parent_pid, payload, others):
    parent_sentinel = os.dup(0)
    with nothing_changed(), _another_stdin():
        # A standby's variables are not quite those of the process that it becomes.
        os.environ["POLYPROC_WARM_UP"] = "in a standby"
        os.environ["POLYPROC_WARM_UP_STANDBY"] = "in a standby alone"
        sys.argv[:] = [""]
        status = child.run(parent_pid, parent_sentinel, payload, others)
    os.close(parent_sentinel)
    if status:
        raise AssertionError(f"the process of a round has ended with status {status}")


def _part(queue, lock, there):
    with lock:
        queue.put(["a", 1, None])
    there.send({"b": 2.5})
    for part in (queue._reader, queue._writer, there):
        part.close()
    runpy.run_path(_polyproc.__file__, run_name="__mp_main__")


def _modules():
    names = (
        "multiprocessing.process",
        "multiprocessing.util",
        "multiprocessing.context",
        "multiprocessing.spawn",
        "multiprocessing.connection",
        "multiprocessing.resource_tracker",
        "_polyproc.process.descriptors",
        "_polyproc.compat.atexit",
        "_polyproc.boot.lifecycle",
        "signal",
        "atexit",
        "threading",
        "sys",
        "tempfile",
        "platform",
        "logging",
        "__main__",
    )
    found = [preload.loaded(name) for name in names]
    return [module for module in found if module is not None]


@contextlib.contextmanager
def nothing_changed() -> "Iterator[None]":
    """Puts back, at the end, the modules' variables, what is in their lists, mappings and sets, and the modules."""
    before = set(sys.modules)
    import atexit
    import multiprocessing
    import multiprocessing.resource_tracker
    import multiprocessing.spawn
    import threading

    variables_of_process = environment.raw()
    getppid = os.getppid
    objects = (multiprocessing.context._default_context, multiprocessing.process._current_process)
    finalizers = _finalizers()
    attributes = [dict(vars(thing)) for thing in objects]
    saved = [(vars(module), dict(vars(module)), _contents(module)) for module in _modules()]
    handlers = _handlers()
    threading._shutdown = atexit._run_exitfuncs = _nothing
    try:
        yield
    finally:
        for namespace, variables, contents in saved:
            for name in [name for name in namespace if name not in variables]:
                del namespace[name]
            for name, value in variables.items():
                if namespace.get(name, namespace) is not value:
                    namespace[name] = value
            for container, copy in contents:
                _restore(container, copy)
        for thing, former in zip(objects, attributes):
            vars(thing).clear()
            vars(thing).update(former)
        _restore_finalizers(finalizers)
        environment.replace(variables_of_process)
        os.getppid = sys.modules["posix"].getppid = getppid
        _set_handlers(handlers)
        preload.put_back(before)
        for name in [name for name in sys.modules if name not in before and not name.startswith("_polyproc.")]:
            del sys.modules[name]


def _nothing():
    pass


def _contents(module):
    # A MutableMapping is the registry of finalizers.
    return [
        (value, value.copy())
        for name, value in dict(vars(module)).items()
        if isinstance(value, (list, dict, set, MutableMapping)) and name != "__builtins__" and value is not sys.modules
    ]


def _restore(container, copy):
    if container != copy:
        container.clear()
        if isinstance(container, list):
            container.extend(copy)
        else:
            container.update(copy)


def _finalizers():
    """What `weakref.finalize` keeps: without its entry in `atexit` it must not believe that it has one."""
    return {name: getattr(weakref.finalize, name) for name in ("_registered_with_atexit", "_dirty")}, dict(
        weakref.finalize._registry
    )


def _restore_finalizers(former):
    attributes, registry = former
    for name, value in attributes.items():
        setattr(weakref.finalize, name, value)
    _restore(weakref.finalize._registry, registry)


def _handlers():
    import signal

    return {number: signal.getsignal(number) for number in (signal.SIGINT, signal.SIGTERM)}


def _set_handlers(handlers):
    import signal

    for number, handler in handlers.items():
        if signal.getsignal(number) is not handler:
            signal.signal(number, handler)
