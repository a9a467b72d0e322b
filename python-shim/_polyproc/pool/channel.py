"""A pool's channel to one worker."""

import collections
import os
import weakref

import _polyproc
from _polyproc.pool.protocol import RESULT, frame_at
from _polyproc.process import forking
from _polyproc.process.descriptors import Handle, call

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    from _polyproc.pool.worker_main import WorkerEndpoint

_READ = 1 << 18
_WRITE = 1 << 20
_LONG = 1 << 17


class PendingEndpoint:
    """The worker's end, until it has travelled to the worker."""

    def __init__(self, socket: int, claims: "Any") -> None:
        self._socket = socket
        self._claims = claims

    def descriptors(self) -> "tuple[int, int]":
        """Of the socket and of the claims' memory."""
        return self._socket, int(self._claims.descriptor())

    def __reduce__(self):
        from _polyproc.pool.worker_main import RemoteWorkerEndpoint, WorkerEndpoint

        if _is_for_other_node():
            return RemoteWorkerEndpoint, (Handle(self._socket),)
        return WorkerEndpoint, tuple(map(Handle, self.descriptors()))

    def inherited(self) -> "WorkerEndpoint":
        """What the worker has of it when it was forked: the same socket and memory."""
        from _polyproc.pool.worker_main import WorkerEndpoint

        return WorkerEndpoint.of(self._socket, self._claims)


def _is_for_other_node():
    from multiprocessing import context

    return hasattr(context.get_spawning_popen(), "is_remote")


class SentClaims:
    """The claims of a worker on another node, which shares no memory: what was sent to it is claimed."""

    def __init__(self) -> None:
        self._sent = 0

    def offer(self, count: int) -> int:
        self._sent = (self._sent + count) % (1 << 24)
        return 0

    def revoke(self) -> int:
        return self._sent


_channels = weakref.WeakSet()


@forking.after_in_child
def _close_all():
    """No child keeps a pool's end: a worker must see when its pool is gone."""
    for channel in list(_channels):
        if channel.fd is not None:
            _polyproc.runtime.close(channel.fd)
            channel.fd = None


class WorkerChannel:
    """A socket that never blocks, and the claims. One thread uses it."""

    def __init__(self) -> None:
        self.fd: "Any"
        self._worker_fd: "Any"
        self.fd, self._worker_fd = (int(end) for end in call("privateSocketPair"))
        os.set_blocking(self.fd, False)
        self.claims = call("newTaskClaims")
        self.worker_end = PendingEndpoint(self._worker_fd, self.claims)
        self.outgoing = collections.deque()
        self.dry = False
        """Whether there was nothing more to receive."""
        self._rest = b""
        self._long = None
        self._needed = 0
        _channels.add(self)

    def hand_over(self) -> None:
        """The worker has its end: closes what is left of it here."""
        if self._worker_fd is not None:
            _polyproc.runtime.close(self._worker_fd)
            self._worker_fd = None
            self.claims.closeDescriptor()

    def close(self) -> None:
        self.hand_over()
        if self.fd is not None:
            _polyproc.runtime.close(self.fd)
            self.fd = None

    def send(self, data: bytes) -> None:
        """Sends, as far as that is possible now; the rest stays in `outgoing` for `send_more`."""
        if not self.outgoing:
            data = self._write(memoryview(data))
        if len(data):
            self.outgoing.append(data)

    def send_more(self) -> None:
        """Sends more of what is left."""
        while self.outgoing:
            rest = self._write(self.outgoing[0])
            if len(rest):
                self.outgoing[0] = rest
                return
            self.outgoing.popleft()

    def _write(self, data):
        """Returns what could not be written."""
        try:
            while len(data):
                data = data[os.write(self.fd, data[:_WRITE]) :]
        except BlockingIOError:
            pass
        except OSError:
            return b""  # the worker has ended, which its sentinel tells
        return data

    def receive(self) -> "list[tuple[tuple[int, float], bytes]] | None":
        """The messages that have arrived, as ((what, seconds), body); None if there is nothing more."""
        try:
            part = os.read(self.fd, _READ)
        except BlockingIOError:
            self.dry = True
            return []
        except OSError:
            part = b""
        self.dry = not part
        return self._split(part) if part else None

    def _split(self, part):
        if self._long is not None:
            self._long += part
            if len(self._long) < self._needed:
                return []
            data, self._long = bytes(self._long), None
        else:
            data = self._rest + part if self._rest else part
        messages = []
        at = 0
        while (frame := frame_at(data, at)) is not None:
            begin, end = frame
            if end > len(data):
                if end - at > _LONG:
                    self._long = bytearray(data[at:])
                    self._needed = end - at
                    at = len(data)
                break
            messages.append((RESULT.unpack_from(data, begin), data[begin + RESULT.size : end]))
            at = end
        self._rest = data[at:]
        return messages
