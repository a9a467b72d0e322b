"""Becomes the process that a parent asked for, runs it and ends.

Assign ── payload: (method, surroundings, body) ──► run
    surroundings ── environment, umask, folder, descriptors ──► this process has its parent's
    body ──┬── spawn, forkserver: main is imported anew, the process object unpickled
           ├── fork by value: a snapshot (`_polyproc.snapshot`)
           └── java: a call for a Java program (`_polyproc.java.process`)
                   └──► process_obj._bootstrap ──► the exit status
"""

import io
import os
import pickle
import sys
import time

import _polyproc
from _polyproc.boot import lifecycle, options, streams
from _polyproc.process import descriptors, environment
from _polyproc.process.rebuilding import inheriting
from _polyproc.warmup import preload

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence
    from typing import Any


def run(parent_pid: int, parent_sentinel: int, payload: int, received: "list[int]") -> int:
    """Runs the process in the payload; returns its exit status."""
    _show_parent(parent_pid)
    reset_interrupt()
    with io.FileIO(payload) as file:  # `open` has been compiled for names of files
        method, surroundings, body = pickle.loads(file.readall())
    _polyproc.runtime.setStartMethod(method)
    if method != "java":  # Java's tools send it to attach to a worker
        reset_quit()
    if surroundings.get("recording") is not None:
        from _polyproc import recording

        recording.join(surroundings["recording"])
    descriptors.place(received, surroundings["descriptors"])
    move_into(surroundings)
    # What is behind 0, 1 and 2 has changed since the standby made its streams.
    streams.set_buffering()
    options.apply(surroundings["options"])
    _polyproc.of_java_program = surroundings["of_java_program"]
    if "POLYPROC_CLUSTER" in os.environ:
        from _polyproc import cluster

        if cluster.activate():
            cluster.join_home()
    start = {"fork": _run_forked, "spawn": _run_spawned, "forkserver": _run_spawned, "java": _run_for_java}[method]
    return start(body, parent_sentinel)


def _show_parent(parent_pid):
    # A worker's parent in the kernel's eyes is the supervisor.
    if os.getppid() != parent_pid:

        def getppid():
            return parent_pid

        os.getppid = getppid
        sys.modules["posix"].getppid = getppid


def reset_signals(ignored: "Sequence[int]" = ()) -> None:
    """Lets signals do what they do in a new process: those that its parent ignored are ignored."""
    reset_interrupt(ignored)
    reset_quit(ignored)


def reset_interrupt(ignored: "Sequence[int]" = ()) -> None:
    """Lets SIGINT raise KeyboardInterrupt, which a standby worker ignores."""
    import _signal as signal

    if signal.SIGINT in ignored:
        signal.signal(signal.SIGINT, signal.SIG_IGN)
        return
    signal.signal(signal.SIGINT, signal.default_int_handler)


def reset_quit(ignored: "Sequence[int]" = ()) -> None:
    """Lets SIGQUIT end this process; a JVM would print what its threads do, and go on."""
    import _signal as signal

    signal.signal(signal.SIGQUIT, signal.SIG_IGN if signal.SIGQUIT in ignored else signal.SIG_DFL)


def move_into(surroundings: "dict[str, Any]") -> None:
    """Takes over environment, umask and working directory."""
    environment.replace(surroundings["environment"])
    os.umask(surroundings["umask"])
    if surroundings["cwd"] is not None:
        try:
            os.chdir(surroundings["cwd"])
        except OSError:
            pass  # removed meanwhile; relative paths fail there as they would in the parent
    _note_start()


def _note_start():
    """Has modules that were loaded ahead note where and when the process starts."""
    process, logging = preload.loaded("multiprocessing.process"), preload.loaded("logging")
    if process is not None:
        try:
            process.ORIGINAL_DIR = os.getcwd()
        except OSError:
            process.ORIGINAL_DIR = None
    if logging is not None:
        logging._startTime = time.time()


def _run_forked(body, parent_sentinel):
    try:
        process_obj = _restore(body)
        status = process_obj._bootstrap(parent_sentinel=parent_sentinel)
    except BaseException as e:
        lifecycle.report(e, hidden_frames=False)
        status = 1
    # As after os.fork: no atexit functions, those of the child neither.
    streams.flush_all()
    return status & 0xFF


def _restore(body):
    from _polyproc.snapshot.program import restore

    with inheriting():
        process_obj = restore(body)
    descriptors.close_received()
    return process_obj


def _run_spawned(body, parent_sentinel):
    """As CPython runs its `spawn_main`: what main's import raises decides how the process ends."""

    def spawned():
        process_obj = _unpickle(io.BytesIO(body))
        sys.exit(process_obj._bootstrap(parent_sentinel=parent_sentinel))

    return lifecycle.run_to_end(spawned, hidden_frames=False)


def _run_for_java(body, parent_sentinel):
    from _polyproc.java import process

    return process.run(body, parent_sentinel)


def _unpickle(source):
    from multiprocessing import reduction, resource_tracker, spawn

    resource_tracker.adopt(reduction.load(source).detach())
    _drop_x_options()
    _preload(*reduction.load(source))
    with inheriting():
        spawn.prepare(reduction.load(source))
        process_obj = reduction.load(source)
    descriptors.close_received()
    return process_obj


def _preload(path, names):
    """Imports what CPython's fork server would have imported."""
    if not names:
        return
    sys.path[:] = path
    for name in names:
        try:
            __import__(name)
        except ImportError:
            pass


def _drop_x_options():
    # CPython starts a spawned child with these only.
    for name in [name for name in sys._xoptions if name not in _INHERITED_X_OPTIONS]:
        del sys._xoptions[name]


_INHERITED_X_OPTIONS = frozenset(
    ("dev", "utf8", "warn_default_encoding", "faulthandler", "tracemalloc", "importtime", "frozen_modules", "showrefcount")
)
