"""Connections to the agent of this machine.

A process has one that stays open as long as it lives, by which the agent knows that it does, one for each thread
that gives commands to shared objects, and one for each stream. A forked child opens its own.
See `LocalServer` in Java for what each begins with.
"""

import _socket
import itertools
import os
import threading
from multiprocessing.connection import Connection

import _polyproc
from _polyproc.compat.signal_handlers import system_pid
from _polyproc.process import forking
from _polyproc.process.descriptors import call

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence
    from typing import Any

DONE, NOT_NOW, WAITING, REFUSED, FENCED = b"1", b"0", b"w", b"e", b"f"

_SOCKET = "agent.sock"
_WANTED = "POLYPROC_CLUSTER"
_NODE = "POLYPROC_CLUSTER_NODE"
_PROGRAM = "POLYPROC_CLUSTER_PROGRAM"


class _Membership:
    """What this process is to the cluster."""

    folder: "str | None" = None
    """The folder of the node whose agent it uses."""
    program: "str | None" = None
    process: "str | None" = None
    incarnation: "str | None" = None
    node: "str | None" = None
    home: "str | None" = None
    """The process that stands for this one at home: its node's incarnation, # and its pid."""
    session = None
    """The connection by which the agent knows that the process lives."""


member = _Membership()
_own = threading.local()
_channels = set()
_serial = itertools.count(1)


@forking.after_in_child
def _begin_anew():
    """Closes what the parent has open, lest its agent take the parent for alive; the child enters on first need."""
    global _own
    for channel in list(_channels):
        try:
            channel.close()
        except OSError:
            pass
    _channels.clear()
    _own = threading.local()
    member.session = member.home = None


def pack(*fields: "Any") -> bytes:
    """A message: byte strings, each behind its length."""
    parts = []
    for field in fields:
        if not isinstance(field, bytes):
            field = str(field).encode()
        parts.append(len(field).to_bytes(4, "big"))
        parts.append(field)
    return b"".join(parts)


def unpack(message: bytes) -> "list[bytes]":
    """The fields of a message."""
    fields = []
    at = 0
    while at < len(message):
        end = at + 4 + int.from_bytes(message[at : at + 4], "big")
        fields.append(message[at + 4 : end])
        at = end
    return fields


def connect(*first: "Any", fds: "Sequence[int]" = ()) -> "Any":
    """A connection to the agent that begins with this message, and takes copies of these descriptors along."""
    path = os.path.join(member.folder or _find_folder(), _SOCKET)
    agent = _socket.socket(_socket.AF_UNIX, _socket.SOCK_STREAM)
    channel = None
    try:
        agent.connect(path)
        channel = Connection(agent.detach())
        _channels.add(channel)
        call("sendDescriptors", channel.fileno(), len(fds), list(fds))
        channel.send_bytes(pack(*first))
    except OSError as e:
        agent.close()
        if channel is not None:
            drop(channel)
        raise RuntimeError(
            f"no agent of a cluster serves at {path} ({e.strerror}): see `polyproc cluster start` and `polyproc cluster join`"
        ) from None
    return channel


def drop(channel: "Any") -> None:
    """Closes a connection."""
    _channels.discard(channel)
    channel.close()


def keep(channel: "Any") -> "Any":
    """The connection is the program's from now on: a forked child inherits it."""
    _channels.discard(channel)
    return channel


def _find_folder():
    """The folder of the node that the environment names, or of the one that there is."""
    named = os.environ.get(_NODE) or os.environ.get(_WANTED, "on")
    if os.path.isabs(named):
        return named
    nodes = os.environ.get("POLYPROC_CLUSTER_FOLDER") or os.path.join(str(_polyproc.runtime.cacheFolder()), "cluster")
    if named != "on":
        return os.path.join(nodes, named)
    try:
        names = sorted(os.listdir(nodes))
    except OSError:
        names = []
    serving = [name for name in names if os.path.exists(os.path.join(nodes, name, "ready"))]
    # Of several on one machine, the one where the cluster was started.
    serving.sort(key=lambda name: not os.path.exists(os.path.join(nodes, name, "token")))
    if not serving:
        raise RuntimeError(
            f"no agent of a cluster serves on this machine (there is none in {nodes}): see "
            "`polyproc cluster start` and `polyproc cluster join`"
        )
    return os.path.join(nodes, serving[0])


def enter() -> None:
    """Makes this process known to the agent; does nothing if it is already."""
    if member.session is not None:
        return
    if member.folder is None:
        member.folder = _find_folder()
    program = member.program or os.environ.get(_PROGRAM)
    first = ("process", program, system_pid()) if program else ("program", system_pid())
    channel = connect(*first)
    _, name, process, incarnation, node = (field.decode() for field in unpack(channel.recv_bytes()))
    member.program, member.process, member.incarnation, member.node = name, process, incarnation, node
    member.session = channel
    # For processes that this one starts, by whatever way.
    os.environ[_NODE] = member.folder
    os.environ[_PROGRAM] = name


def new_name() -> str:
    """A name for a new object of the program."""
    enter()
    return f"{member.program}/{member.process.rpartition('#')[2]}-{next(_serial)}"


def calls() -> "Any":
    """This thread's connection for commands."""
    channel = getattr(_own, "channel", None)
    if channel is None or channel.closed:
        enter()
        channel = _own.channel = connect("calls", member.process, next(_serial))
    return channel


def ask(*fields: "Any") -> "list[bytes]":
    """Gives a command or asks a question; returns the fields of the answer."""
    return talk(None, *fields)


def talk(timeout: "float | None", *fields: "Any") -> "list[bytes]":
    """The same of a command that may have to wait: NOT_NOW if it has waited for so many seconds in vain.

    timeout: None for ever.
    """
    channel = calls()
    try:
        channel.send_bytes(pack(*fields))
        if timeout is not None and not channel.poll(timeout):
            channel.send_bytes(pack("c"))
        answer = unpack(channel.recv_bytes())
    except BaseException as e:
        _own.channel = None
        drop(channel)  # what it waits for goes to others
        if isinstance(e, (EOFError, OSError)):
            raise _lost() from None
        raise
    if answer[0] == FENCED:
        raise _lost()
    return answer


def _lost():
    from multiprocessing.context import NodeLostError

    return NodeLostError(f"node {member.node} does not belong to the cluster any more", node=member.node)
