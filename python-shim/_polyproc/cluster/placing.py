"""Where processes run: on the program's own node as long as a core is free there, then where the most is.

`spread` does so for all contexts of the program; without it, `get_context("cluster")` alone does.
"""

import os
from multiprocessing import context, process

from _polyproc.cluster import addresses, wire
from _polyproc.process import descriptors
from _polyproc.process.popen import is_manager_server

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import Any

_spawn_here = context.SpawnProcess._Popen


class ClusterProcess(process.BaseProcess):
    """A process on some node of the cluster.

    node: the name of the node, if it matters.
    """

    _start_method = "cluster"

    def __init__(self, *args: "Any", node: "str | None" = None, **kwargs: "Any") -> None:
        super().__init__(*args, **kwargs)
        self._node = node

    @staticmethod
    def _Popen(process_obj):
        return start(process_obj, "spawn", _spawn_here)


class ClusterContext(context.BaseContext):
    """The context whose processes and objects are the cluster's; its processes start as with `spawn`."""

    _name = "cluster"
    _is_of_cluster = True
    Process = ClusterProcess

    def _check_available(self):
        wire.enter()

    def cpu_count(self) -> int:
        """Returns the number of CPUs in the cluster"""
        return cpu_count()

    def _SemLock(self, *args):
        return _new_semlock(*args)


def _new_semlock(*args):
    from _polyproc.cluster.locks import ClusterSemLock

    return ClusterSemLock(*args)


def cpu_count() -> int:
    """How many cores the nodes of the cluster offer."""
    return int(wire.ask("cores")[1])


def spread() -> None:
    """Lets all contexts start processes on all nodes, and make objects of the cluster."""
    if context.BaseContext._is_of_cluster:
        return
    context.BaseContext._is_of_cluster = True
    context.BaseContext._SemLock = lambda self, *args: _new_semlock(*args)
    context.BaseContext.cpu_count = ClusterContext.cpu_count
    for cls, method in (
        (context.ForkProcess, "fork"),
        (context.SpawnProcess, "spawn"),
        (context.ForkServerProcess, "forkserver"),
    ):
        cls._Popen = staticmethod(_spreading(method, cls._Popen))
    process.BaseProcess.__init__ = _with_node(process.BaseProcess.__init__)  # type: ignore[method-assign]
    os.cpu_count = cpu_count
    descriptors.Shared = addresses.Exported  # type: ignore[misc, assignment]
    addresses.install()


def _spreading(method, local):
    def popen(process_obj):
        return start(process_obj, method, local)

    return popen


def _with_node(initialise):
    def __init__(self, *args, node=None, **kwargs):
        initialise(self, *args, **kwargs)
        self._node = node

    return __init__


def start(process_obj: "Any", method: str, local: "Callable") -> "Any":
    """Starts a process where it is to be.

    local: starts it on this node.
    """
    wanted = getattr(process_obj, "_node", None)
    if wanted is None and is_manager_server(process_obj):
        return local(process_obj)  # a manager is where it was made
    channel, incarnation, name = _place(wanted)
    try:
        if incarnation:
            from _polyproc.cluster.popen import RemotePopen

            popen = RemotePopen(process_obj, method, incarnation, name)
        else:
            popen = local(process_obj)
    except BaseException:
        wire.drop(channel)
        raise
    if incarnation:
        wire.drop(channel)
    else:
        _hold(popen, channel)
    return popen


def _place(wanted):
    """Asks where a process is to run: (connection to keep while it does, incarnation, name); "" for this node."""
    wire.enter()
    channel = wire.connect("place", wire.member.program, wanted or "")
    try:
        placed, *where = wire.unpack(channel.recv_bytes())
        if placed != wire.DONE:
            raise ValueError(where[0].decode())
        incarnation, name = (field.decode() for field in where)
    except BaseException:
        wire.drop(channel)
        raise
    return channel, incarnation, name


def move(process_obj: "Any") -> None:
    """Lets this process stand for another one on the node where that is to be: does not return then.

    It returns if that is this node, whose agent counts this process from now on.
    """
    _channel, incarnation, name = _place(None)
    if incarnation:
        from _polyproc.cluster.popen import Replacement

        Replacement(process_obj, "spawn", incarnation, name)


def _hold(popen, channel):
    """Lets the agent count a process of this node until its end is known."""
    for name in ("poll", "wait"):
        setattr(popen, name, _dropping(getattr(popen, name), channel))


def _dropping(method, channel):
    def look(*args, **kwargs):
        status = method(*args, **kwargs)
        if status is not None and not channel.closed:
            wire.drop(channel)
        return status

    return look
