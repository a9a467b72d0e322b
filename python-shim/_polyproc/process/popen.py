"""Starting a worker JVM as a process: what the three start methods share.

Process.start ── _body: the pickled process object ──► payload ─┐
    DupFd, in that pickle ── descriptors, named by index ───────┼──► startProcess ──► the supervisor
    standard streams, inherited descriptors ────────────────────┘        │
poll, wait, sentinel ◄── ChildHandle: the pid, a pidfd, the exit status ─┘
"""

import os
import pickle
import signal
import sys
from multiprocessing import context, util

import _polyproc
from _polyproc import messages
from _polyproc.boot import options
from _polyproc.process import descriptors, environment

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

_SLICE = 0.1
_MAX_DESCRIPTORS = 100


class Popen:
    """A started process, as `multiprocessing.popen_fork.Popen` is one."""

    method: "str | None" = None
    DupFd = descriptors.Received

    def __init__(self, process_obj: "Any") -> None:
        util._flush_std_streams()
        self.returncode = None
        self.finalizer = None
        self._indices = {}
        self._inherited = self._inheritance()
        self._launch(process_obj)

    def _inheritance(self):
        """The descriptors that the child has under the same numbers."""
        return []

    def duplicate_for_child(self, fd: int) -> int:
        """Lets a descriptor travel with the payload; returns its index there."""
        index = self._indices.setdefault(fd, len(self._indices))
        if index >= _MAX_DESCRIPTORS:
            raise OSError(
                f"more than {_MAX_DESCRIPTORS} file descriptors are to be passed to one "
                "process; pass them through a queue or pipe instead"
            )
        return index

    def _launch(self, process_obj):
        context.set_spawning_popen(self)
        try:
            payload = pickle.dumps((self.method, surroundings(self._inherited), self._body(process_obj)))
        finally:
            context.set_spawning_popen(None)
        child = descriptors.call(
            "startProcess",
            title(process_obj),
            ends_with_parent(process_obj),
            payload,
            [*_standard_streams(), *self._indices, *self._inherited],
        )
        self._child = child
        self._sent_signal = False
        self.pid = int(child.pid())
        self.sentinel = int(child.sentinel())
        self.finalizer = util.Finalize(self, child.close)

    def _body(self, process_obj):
        """The bytes from which the child rebuilds the process object."""
        raise NotImplementedError

    def poll(self, flag: int = os.WNOHANG) -> "int | None":
        if self.returncode is None:
            self._look(0.0)
        return self.returncode

    def wait(self, timeout: "float | None" = None) -> "int | None":
        import time

        since = time.monotonic()
        if timeout is None:
            while self.returncode is None:
                self._look(_SLICE)
            return self.returncode
        deadline = since + timeout
        while self.returncode is None:
            left = deadline - time.monotonic()
            self._look(min(max(left, 0.0), _SLICE))
            if left <= 0:
                break
        return self.returncode

    def _look(self, seconds):
        status = self._child.waitFor(seconds)
        if status is None:
            return
        self.returncode = int(status)
        last_lines = str(self._child.lastLines())
        if last_lines and not self._sent_signal:
            messages.tell(
                f"the worker with pid {self.pid} ended with status {self.returncode} "
                f"before it could run its process:\n{last_lines}"
            )

    def _send_signal(self, number):
        if self.returncode is None:
            self._sent_signal = True
            self._child.signal(number)

    def terminate(self) -> None:
        self._send_signal(signal.SIGTERM)

    def kill(self) -> None:
        self._send_signal(signal.SIGKILL)

    def close(self) -> None:
        if self.finalizer is not None:
            self.finalizer()


class SpawnPopen(Popen):
    """`spawn`: the child imports main anew and unpickles the process object."""

    method = "spawn"

    def _body(self, process_obj):
        import io
        from multiprocessing import reduction, resource_tracker, spawn

        body = io.BytesIO()
        reduction.dump(reduction.DupFd(resource_tracker.getfd()), body)
        reduction.dump(self._preload(), body)
        reduction.dump(spawn.get_preparation_data(process_obj._name), body)
        reduction.dump(process_obj, body)
        return body.getvalue()

    def _preload(self):
        """`sys.path` and the modules to import before anything else."""
        return [], []


class ForkserverPopen(SpawnPopen):
    """`forkserver`: to the child the same as `spawn`; standby workers are its server."""

    method = "forkserver"

    def _preload(self):
        from multiprocessing import forkserver

        return sys.path, forkserver._forkserver._preload_modules


def surroundings(descriptors: "list[int]") -> "dict[str, Any]":
    """What a child process has from its parent whatever the start method."""
    found = {
        "cwd": current_folder(),
        "umask": file_mode_mask(),
        "environment": environment.raw(),
        "descriptors": descriptors,
        "options": options.inherited,
        "of_java_program": _polyproc.of_java_program,
    }
    if _polyproc.recorder is not None:
        found["recording"] = _polyproc.recorder.for_child()
    return found


def file_mode_mask() -> int:
    """The umask, which can only be read by setting it."""
    mask = os.umask(0)
    os.umask(mask)
    return mask


def current_folder() -> "str | None":
    """The working directory; None if it was removed."""
    try:
        return os.getcwd()
    except FileNotFoundError:
        return None


def _standard_streams():
    return [fd if _is_open(fd) else _null() for fd in (0, 1, 2)]


def _is_open(fd):
    try:
        os.fstat(fd)
        return True
    except OSError:
        return False


_null_fd = None


def _null():
    global _null_fd
    if _null_fd is None:
        _null_fd = os.open(os.devnull, os.O_RDWR)
    return _null_fd


_EXECUTOR_WORKER = "concurrent.futures.process", "_process_worker"
_MANAGER_SERVER = "multiprocessing.managers", "_run_server"


def _target_of(process_obj):
    target = getattr(process_obj, "_target", None)
    return getattr(target, "__module__", None), getattr(target, "__name__", None)


def is_manager_server(process_obj: "Any") -> bool:
    """Whether it is the process of a manager."""
    return _target_of(process_obj) == _MANAGER_SERVER


def ends_with_parent(process_obj: "Any") -> bool:
    """Whether the process must not outlive its parent: it is daemonic, or it is a worker of an executor or a manager's
    server, which in CPython wait for ever if their parent is killed."""
    return bool(process_obj.daemon) or _target_of(process_obj) in (_EXECUTOR_WORKER, _MANAGER_SERVER)


def title(process_obj: "Any") -> str:
    """What the process list shows of a process."""
    target = getattr(process_obj, "_target", None)
    what = getattr(target, "__qualname__", None) or type(target or process_obj).__name__
    main = os.path.basename(sys.argv[0]) if sys.argv and sys.argv[0] else ""
    return f"polyproc: {process_obj.name} ({what}{' of ' + main if main else ''})"
