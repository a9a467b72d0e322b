"""What stands for a process of another node: a forked child of the process's parent, which does nothing else.

See `HostedProcess` in Java for the messages; those for the process itself are served here: its start, and modules
that it imports.
"""

import os
import signal
import weakref

import _polyproc
from _polyproc.cluster import modules, wire

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from typing import Any, NoReturn

_FORWARDED = [
    signal.Signals[name] for name in ("SIGTERM", "SIGINT", "SIGHUP", "SIGUSR1", "SIGUSR2", "SIGALRM", "SIGCONT", "SIGWINCH")
]

_PART = 1 << 24
"""A start that is larger is sent in parts of so many bytes."""


def run(
    node: str,
    title: str,
    options: "Sequence[str]",
    fds: "Sequence[int]",
    payload: bytes,
    report: "Callable[[str], Any]",
    kept: "Sequence[int]" = (),
) -> "NoReturn":
    """Starts the process, and lives as long as it does; never returns.

    node: its incarnation; options: of its interpreter; fds: descriptors that the process gets; payload: its start;
    report: called with why it was lost; kept: descriptors that stay open.
    """
    status = -signal.SIGKILL
    try:
        from _polyproc.cluster.addresses import kind

        # What of the program is collected here is still the parent's.
        weakref.finalize._registry.clear()
        # Else others would wait for the ends of pipes of which this process has copies.
        for fd in _polyproc.runtime.programDescriptors():
            if fd not in kept and fd not in fds:
                os.close(fd)
        channel = wire.connect("start", node, wire.member.program, title, "\n".join(options), "".join(map(kind, fds)), fds=fds)
        for fd in fds:
            os.close(fd)
        status = _Stub(channel).serve(payload)
    except (EOFError, OSError):
        report(f"{_what_is_lost(node)} was lost while the process {title.partition(': ')[2]} ran on {node.partition('~')[0]}")
    except RuntimeError as e:
        report(str(e))
    if status < 0:
        _polyproc.runtime.dieOf(-status)
    os._exit(status)


def _what_is_lost(node):
    """The node, unless it is this one's own agent that has ended."""
    try:
        wire.connect("cores")
    except RuntimeError:
        return f"the agent of this node, {wire.member.node},"
    return f"node {node.partition('~')[0]}"


class _Stub:
    def __init__(self, channel):
        self._channel = channel
        self._fd = channel.fileno()
        for number in _FORWARDED:
            if signal.getsignal(number) is not signal.SIG_IGN:
                signal.signal(number, self._forward)

    def _forward(self, number, frame):
        try:
            # The message is short, and goes through whole.
            self._channel.send_bytes(b"S" + str(int(number)).encode())
        except OSError:
            pass  # the process has ended, and how is about to be read

    def serve(self, payload):
        first = self._receive()
        if first[:1] != b"K":
            raise RuntimeError(first[1:].decode())
        names = first[1:].decode().split("\n") if len(first) > 1 else []
        home = f"{wire.member.incarnation}#{os.getpid()}"
        self._channel.send_bytes(b"M" + wire.pack(home, len(payload), payload[:_PART], *names))
        while True:
            message = self._receive()
            what = message[:1]
            if what == b"O":
                _write(1, message[1:])
            elif what == b"E":
                _write(2, message[1:])
            elif what == b"M":
                self._channel.send_bytes(b"M" + (_more(payload, message[1:]) or modules.answer(message[1:])))
            elif what == b"X":
                return int(message[1:])

    def _receive(self):
        # Reads by itself: a signal wakes it at once there, and not within a call of Java's.
        size = int.from_bytes(self._read(4), "big")
        return self._read(size)

    def _read(self, size):
        parts = []
        while size:
            part = os.read(self._fd, min(size, 1 << 18))
            if not part:
                raise EOFError
            parts.append(part)
            size -= len(part)
        return b"".join(parts)


def _more(payload, message):
    """The next part of a large start, if that is what the process asks for."""
    question, *fields = wire.unpack(message)
    if question != b"start":
        return None
    at = int(fields[0])
    return wire.pack(payload[at : at + _PART])


def _write(fd, data):
    """Writes what the process has written; what is not read is dropped."""
    try:
        while data:
            data = data[os.write(fd, data) :]
    except OSError:
        pass
