"""A process on another node, for its parent: a small child that stands for it here.

The child has a pid, a sentinel and an exit status of this machine; signals to it reach the process, whatever that
writes comes out here, and whatever ends one ends the other. See `stub.py`.
"""

import io
import os
import pickle
import sys
from multiprocessing import context, popen_fork, process
from subprocess import _args_from_interpreter_flags

import _polyproc
from _polyproc import messages
from _polyproc.cluster import modules, stub
from _polyproc.cluster.addresses import kind
from _polyproc.compat.signal_handlers import system_pid
from _polyproc.process import environment, forking
from _polyproc.process.descriptors import call
from _polyproc.process.popen import current_folder, ends_with_parent, file_mode_mask, title

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

_MAX_DESCRIPTORS = 200
_OF_THE_MACHINE = (
    "PATH",
    "HOME",
    "USER",
    "LOGNAME",
    "SHELL",
    "PWD",
    "OLDPWD",
    "TMPDIR",
    "HOSTNAME",
    "JAVA_HOME",
    "LD_",
    "POLYPROC_",
    "XDG_",
    "SSH_",
    "DBUS_",
    "KUBERNETES_",
)
"""Variables of which each machine has its own, or how they begin."""


class Descriptor:
    """A descriptor that was passed with the start, by its index; see `addresses`."""

    def __init__(self, index: int) -> None:
        self._index = index

    def detach(self) -> int:
        """The descriptor, now the caller's."""
        from _polyproc.cluster import addresses

        return addresses.open_passed(self._index)


class RemotePopen(popen_fork.Popen):
    """A process on another node.

    node: its name; lost_node: the same once the node is lost.
    """

    is_remote = True

    def __init__(self, process_obj: "Any", method: str, incarnation: str, node: str) -> None:
        self.method = method
        self.node = node
        self.lost_node: "str | None" = None
        self._incarnation = incarnation
        self._indices = {}
        super().__init__(process_obj)

    DupFd = staticmethod(lambda handle: handle)

    def duplicate_for_child(self, fd: int) -> "Any":
        """Lets a descriptor be used there; what stands for it in the pickle."""
        if fd not in self._indices:
            kind(fd)
            if len(self._indices) >= _MAX_DESCRIPTORS:
                raise OSError(f"more than {_MAX_DESCRIPTORS} file descriptors are to be passed to one process")
        return Descriptor(self._indices.setdefault(fd, len(self._indices)))

    def _prepare(self, process_obj):
        """What `stub.run` is called with, but for how it reports."""
        context.set_spawning_popen(self)
        try:
            start = _start_of(process_obj, self.method)
        finally:
            context.set_spawning_popen(None)
        return (
            self._incarnation,
            title(process_obj),
            _args_from_interpreter_flags(),
            list(self._indices),
            pickle.dumps(start),
        )

    def _launch(self, process_obj):
        if str(_polyproc.runtime.whyNoFork() or ""):
            raise OSError(
                "a process on another node needs a fork of this one to stand for it, which is not to be "
                f"had: {_polyproc.runtime.whyNoFork()}"
            )
        prepared = self._prepare(process_obj)
        reader, writer = os.pipe()
        parent = int(call("openPidfd", system_pid()))
        try:
            # Without the program's own functions, and without a warning of threads: the child needs none of them.
            self.pid = forking.fork_between_imports()
            if self.pid == 0:
                try:
                    forking.become_child()
                    process._current_process = process_obj  # type: ignore[attr-defined]
                    _polyproc.runtime.setTitle(f"{title(process_obj)} on {self.node}")
                    if ends_with_parent(process_obj):
                        _polyproc.runtime.endWithParent(parent)
                    os.close(reader)
                    stub.run(*prepared, lambda why: _tell(writer, why), [writer])
                except BaseException:
                    sys.excepthook(*sys.exc_info())
                finally:
                    os._exit(1)
        except BaseException:
            os.close(reader)
            raise
        finally:
            os.close(parent)
            os.close(writer)
        os.set_blocking(reader, False)  # a process that was forked meanwhile may have the other end, too
        self._note = reader
        self.sentinel = popen_fork._sentinel(self.pid)
        self.finalizer = popen_fork.util.Finalize(self, popen_fork.util.close_fds, (self.sentinel, reader))

    def poll(self, flag: int = os.WNOHANG) -> "int | None":
        if self.returncode is None and super().poll(flag) is not None:
            try:
                note = os.read(self._note, 1000).decode()
            except OSError:
                note = ""
            if note:
                self.lost_node = self.node
                messages.tell(note)
        return self.returncode


def _tell(writer, why):
    """Tells the parent why the process was lost, if there is still one."""
    try:
        os.write(writer, why.encode())
    except BrokenPipeError:
        pass


class Replacement(RemotePopen):
    """A process on another node for which this one stands itself: it ends as that does, and never returns."""

    def _launch(self, process_obj):
        stub.run(*self._prepare(process_obj), messages.tell)


def _start_of(process_obj, method):
    """All that the process is to begin with."""
    start = {
        "method": method,
        "umask": file_mode_mask(),
        "cwd": current_folder(),
        "title": title(process_obj),
        "environment": {
            name: value
            for name, value in environment.raw().items()
            if not name.decode("ascii", "replace").startswith(_OF_THE_MACHINE)
        },
        "parent": os.getpid(),
        "main": None,
    }
    if method == "fork":
        from multiprocessing.reduction import ForkingPickler

        from _polyproc.snapshot.program import capture

        start["body"] = bytes(capture(process_obj, ForkingPickler))
        return start
    from multiprocessing import reduction, spawn

    preparation = spawn.get_preparation_data(process_obj._name)
    path = preparation.pop("init_main_from_path", None)
    if path is not None:
        start["main"] = path, modules.main_source(path)
    body = io.BytesIO()
    reduction.dump(preparation, body)
    reduction.dump(process_obj, body)
    start["body"] = body.getvalue()
    return start
