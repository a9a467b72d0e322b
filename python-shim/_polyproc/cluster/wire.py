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

from _polyproc.process import forking
from _polyproc.process.descriptors import call

DONE, NOT_NOW, WAITING, TOO_OFTEN, FENCED = b"1", b"0", b"w", b"e", b"f"

_SOCKET = "agent.sock"
_WANTED = "POLYPROC_CLUSTER"
_NODE = "POLYPROC_CLUSTER_NODE"
_PROGRAM = "POLYPROC_CLUSTER_PROGRAM"


class _Membership:
    """What this process is to the cluster."""

    folder = None
    """The folder of the node whose agent it uses."""
    program = process = incarnation = node = None
    session = None
    """The connection by which the agent knows that the process lives."""


member = _Membership()
_own = threading.local()
_lines = set()
_serial = itertools.count(1)


@forking.after_in_child
def _begin_anew():
    """Closes what the parent has open, lest its agent take the parent for alive; the child enters on first need."""
    global _own
    for line in list(_lines):
        try:
            line.close()
        except OSError:
            pass
    _lines.clear()
    _own = threading.local()
    member.session = None


def pack(*fields):
    """A message: byte strings, each behind its length."""
    parts = []
    for field in fields:
        if not isinstance(field, bytes):
            field = str(field).encode()
        parts.append(len(field).to_bytes(4, "big"))
        parts.append(field)
    return b"".join(parts)


def unpack(message):
    """The fields of a message."""
    fields = []
    at = 0
    while at < len(message):
        end = at + 4 + int.from_bytes(message[at:at + 4], "big")
        fields.append(message[at + 4:end])
        at = end
    return fields


def connect(*first, fds=()):
    """A connection to the agent that begins with this message, and takes copies of these descriptors along."""
    line = _connect(fds)
    line.send_bytes(pack(*first))
    return line


def _connect(fds):
    path = os.path.join(member.folder or _find_folder(), _SOCKET)
    agent = _socket.socket(_socket.AF_UNIX, _socket.SOCK_STREAM)
    try:
        agent.connect(path)
    except OSError as e:
        agent.close()
        raise RuntimeError(f"no agent of a cluster serves at {path} ({e.strerror}): see `polyproc cluster start` "
                           "and `polyproc cluster join`") from None
    line = Connection(agent.detach())
    _lines.add(line)
    call("sendDescriptors", line.fileno(), len(fds), list(fds))
    return line


def drop(line):
    """Closes a connection."""
    _lines.discard(line)
    line.close()


def keep(line):
    """The connection is the program's from now on: a forked child inherits it."""
    _lines.discard(line)
    return line


def _find_folder():
    """The folder of the node that the environment names, or of the one that there is."""
    named = os.environ.get(_NODE) or os.environ.get(_WANTED, "on")
    if os.path.isabs(named):
        return named
    nodes = os.environ.get("POLYPROC_CLUSTER_FOLDER") or os.path.join(_cache(), "cluster")
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
        raise RuntimeError(f"no agent of a cluster serves on this machine (there is none in {nodes}): see "
                           "`polyproc cluster start` and `polyproc cluster join`")
    return os.path.join(nodes, serving[0])


def _cache():
    cache = os.environ.get("POLYPROC_CACHE")
    if cache:
        return cache
    cache = os.environ.get("XDG_CACHE_HOME", "")
    return os.path.join(cache if cache.startswith("/") else os.path.expanduser("~/.cache"), "polyproc")


def enter():
    """Makes this process known to the agent; does nothing if it is already."""
    if member.session is not None:
        return
    if member.folder is None:
        member.folder = _find_folder()
    program = member.program or os.environ.get(_PROGRAM)
    first = ("process", program, _pid()) if program else ("program", _pid())
    line = connect(*first)
    _, name, process, incarnation, node = (field.decode() for field in unpack(line.recv_bytes()))
    member.program, member.process, member.incarnation, member.node = name, process, incarnation, node
    member.session = line
    # For processes that this one starts, by whatever way.
    os.environ[_NODE] = member.folder
    os.environ[_PROGRAM] = name


_pid = os.getpid
"""The system's, whatever the program sees."""


def new_name():
    """A name for a new object of the program."""
    enter()
    return f"{member.program}/{member.process.rpartition('#')[2]}-{next(_serial)}"


def calls():
    """This thread's connection for commands."""
    line = getattr(_own, "line", None)
    if line is None or line.closed:
        enter()
        line = _own.line = connect("calls", member.process, next(_serial))
    return line


def ask(*fields):
    """Gives a command or asks a question; returns the fields of the answer."""
    return talk(None, *fields)


def talk(timeout, *fields):
    """The same of a command that may have to wait: NOT_NOW if it has waited for so many seconds in vain.

    timeout: None for ever.
    """
    line = calls()
    try:
        line.send_bytes(pack(*fields))
        if timeout is not None and not line.poll(timeout):
            line.send_bytes(pack("c"))
        answer = unpack(line.recv_bytes())
    except BaseException as e:
        _own.line = None
        drop(line)  # what it waits for goes to others
        if isinstance(e, (EOFError, OSError)):
            raise _lost() from None
        raise
    if answer[0] == FENCED:
        raise _lost()
    return answer


def _lost():
    from multiprocessing.context import NodeLostError
    return NodeLostError(f"node {member.node} does not belong to the cluster any more", node=member.node)
