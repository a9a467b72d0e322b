"""The start method `fork` by value: a worker that gets a snapshot of this process."""

import os
import signal

import _polyproc
from _polyproc.fork import snapshot
from _polyproc.process import descriptors
from _polyproc.process.popen import Popen

_MOST_INHERITED = 140


class InheritedPopen:
    """In a forked child, the process of its parent's `Process` object: running, for all it knows."""

    def __init__(self, pid, returncode):
        self.pid = pid
        self.returncode = returncode

    def poll(self, flag=os.WNOHANG):
        return self.returncode

    def terminate(self):
        os.kill(self.pid, signal.SIGTERM)

    def kill(self):
        os.kill(self.pid, signal.SIGKILL)

    def close(self):
        """Nothing of it is this process's."""


class ForkPopen(Popen):
    """`fork`: the child gets a snapshot of this process."""

    method = "fork"
    DupFd = staticmethod(lambda handle: handle)

    def _inheritance(self):
        return [int(fd) for fd in _polyproc.runtime.programDescriptors()][:_MOST_INHERITED]

    def duplicate_for_child(self, fd):
        """What stands for a descriptor in the snapshot."""
        if fd in self._inherited:
            return descriptors.Inherited(fd)
        return descriptors.Received(super().duplicate_for_child(fd))

    def _body(self, process_obj):
        from multiprocessing.reduction import ForkingPickler
        return bytes(snapshot.capture(process_obj, ForkingPickler))
