"""Becomes the process that a parent asked for, runs it and ends."""

import io
import os
import pickle
import sys

import _polyproc
from _polyproc import boot, descriptors, lifecycle


def run(parent_pid, parent_sentinel, payload, received):
    """Runs the process in the payload; returns its exit status."""
    _show_parent(parent_pid)
    reset_signals()
    with open(payload, "rb", buffering=0) as file:
        method, surroundings, body = pickle.loads(file.readall())
    descriptors.place(received, surroundings["descriptors"])
    move_into(surroundings)
    # What is behind 0, 1 and 2 has changed since the standby made its streams.
    boot.set_buffering()
    start = {"fork": _start_forked, "spawn": _start_spawned, "forkserver": _start_spawned}[method]
    return start(body, parent_sentinel)


def _show_parent(parent_pid):
    # A worker's parent in the kernel's eyes is the supervisor.
    if os.getppid() != parent_pid:
        def getppid():
            return parent_pid
        os.getppid = getppid
        sys.modules["posix"].getppid = getppid


def reset_signals(ignored=()):
    """Lets SIGINT raise KeyboardInterrupt, which a standby worker ignores."""
    import signal
    if signal.SIGINT in ignored:
        signal.signal(signal.SIGINT, signal.SIG_IGN)
        return
    # The JVM takes over no signal that is ignored.
    _polyproc.runtime.setDefaultSignalAction(signal.SIGINT)
    signal.signal(signal.SIGINT, signal.default_int_handler)


def move_into(surroundings):
    """Takes over environment, umask and working directory."""
    environment = surroundings["environment"]
    if dict(os.environ) != environment:
        for name in [name for name in os.environ if name not in environment]:
            del os.environ[name]
        for name, value in environment.items():
            if os.environ.get(name) != value:
                os.environ[name] = value
    os.umask(surroundings["umask"])
    if surroundings["cwd"] is not None:
        try:
            os.chdir(surroundings["cwd"])
        except OSError:
            pass  # removed meanwhile; relative paths fail there as they would in the parent


def _start_forked(body, parent_sentinel):
    from _polyproc import snapshot
    from multiprocessing import process
    process.current_process()._inheriting = True
    try:
        process_obj = snapshot.restore(body)
    finally:
        del process.current_process()._inheriting
    descriptors.close_received()
    status = process_obj._bootstrap(parent_sentinel=parent_sentinel)
    # As after os.fork: no atexit functions, those of the child neither.
    lifecycle._flush(sys.stdout)
    lifecycle._flush(sys.stderr)
    return status & 0xff


def _drop_x_options():
    # CPython starts a spawned child with these only.
    for name in [name for name in sys._xoptions if name not in _INHERITED_X_OPTIONS]:
        del sys._xoptions[name]


_INHERITED_X_OPTIONS = frozenset(("dev", "utf8", "warn_default_encoding", "faulthandler", "tracemalloc",
                                  "importtime", "frozen_modules", "showrefcount"))


def _start_spawned(body, parent_sentinel):
    from multiprocessing import process, spawn
    source = io.BytesIO(body)
    _drop_x_options()
    process.current_process()._inheriting = True
    try:
        spawn.prepare(pickle.load(source))
        process_obj = pickle.load(source)
    finally:
        del process.current_process()._inheriting
    descriptors.close_received()
    status = process_obj._bootstrap(parent_sentinel=parent_sentinel)
    return lifecycle.finish(status & 0xff)
