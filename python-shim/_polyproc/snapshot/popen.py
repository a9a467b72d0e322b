"""The start method `fork` by value: a worker that gets a snapshot of this process."""

import _polyproc
from _polyproc.process import descriptors
from _polyproc.process.popen import Popen
from _polyproc.snapshot.program import capture

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

_MAX_INHERITED = 140


class ForkPopen(Popen):
    """`fork`: the child gets a snapshot of this process."""

    method = "fork"
    DupFd = staticmethod(lambda handle: handle)  # type: ignore[assignment]

    def _inheritance(self):
        return [int(fd) for fd in _polyproc.runtime.programDescriptors()][:_MAX_INHERITED]

    def duplicate_for_child(self, fd: int) -> "Any":
        """What stands for a descriptor in the snapshot."""
        if fd in self._inherited:
            return descriptors.Inherited(fd)
        return descriptors.Received(super().duplicate_for_child(fd))

    def _body(self, process_obj):
        from multiprocessing.reduction import ForkingPickler

        return bytes(capture(process_obj, ForkingPickler))
