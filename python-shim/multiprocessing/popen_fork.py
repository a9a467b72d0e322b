"""The start method `fork`: the standard library's on `os.fork`, or by value where a JVM can't be forked."""

import _polyproc
from _polyproc.stdlib import load_stdlib

load_stdlib(globals())

import sys
import threading

from _polyproc.compat.signal_handlers import system_pid
from _polyproc.process.descriptors import call


def _sentinel(pid):
    try:
        return int(call("openPidfd", pid))
    except ProcessLookupError:
        # Where the program ignores SIGCHLD, a child that has ended is no more: this is readable at once.
        reader, writer = os.pipe()
        os.close(writer)
        return reader


def _forget_output():
    """Drops what other threads have written since the parent has flushed its streams: the parent will write it."""
    for number, stream in (1, sys.stdout), (2, sys.stderr):
        try:
            if stream.fileno() != number:
                continue
            kept = os.dup(number)
        except (AttributeError, OSError, ValueError):
            continue  # nothing that is buffered for a descriptor
        nothing = os.open(os.devnull, os.O_WRONLY)
        try:
            os.dup2(nothing, number)
            stream.flush()
        finally:
            os.dup2(kept, number)
            os.close(kept)
            os.close(nothing)


class Popen(Popen):
    """A forked process.

    sentinel: a descriptor of the process itself, which no other process can keep from turning readable at its end,
    as a pipe's other end does that later children have inherited.
    """

    def _launch(self, process_obj):
        from _polyproc.process.popen import ends_with_parent, title

        parent = int(call("openPidfd", system_pid()))
        is_alone = threading.active_count() == 1
        try:
            self.pid = os.fork()
            if self.pid == 0:
                code = 1
                try:
                    _polyproc.runtime.setStartMethod("fork")
                    if not is_alone:
                        _forget_output()
                    _polyproc.runtime.setTitle(title(process_obj))
                    if ends_with_parent(process_obj):
                        _polyproc.runtime.endWithParent(parent)
                    code = process_obj._bootstrap(parent_sentinel=parent)
                finally:
                    os._exit(code)
            self.sentinel = _sentinel(self.pid)
        finally:
            os.close(parent)
        self.finalizer = util.Finalize(self, os.close, (self.sentinel,))


if not hasattr(os, "fork") or str(_polyproc.runtime.whyNoFork() or ""):
    from _polyproc.snapshot.popen import ForkPopen as Popen
