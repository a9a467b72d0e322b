"""Processes and objects on several machines: what a program has of the agents that `polyproc cluster` starts.

    wire.py       connections to the agent of this machine, and commands to shared objects
    placing.py    where a process runs; the contexts of `multiprocessing`
    popen.py      parent: a process on another node      stub.py   what stands for it here
    child.py      the process itself                     modules.py   code by value and by content hash
    locks.py, queues.py, shared.py   objects that processes on any nodes use
    addresses.py  pipes' ends and managers' addresses between nodes

An image has these modules, which do nothing unless a program asks for a cluster. The agents are `io.polyproc.cluster` in Java.
"""

import os


def activate() -> bool:
    """Lets this program, or process of a program, use the cluster, if the environment asks for it.

    Returns False, and says why, if no agent serves on this machine.
    """
    if os.environ["POLYPROC_CLUSTER"] in ("", "off"):
        return True
    from _polyproc import messages
    from _polyproc.cluster import placing, wire

    try:
        wire.enter()
    except RuntimeError as e:
        messages.tell(str(e))
        return False
    placing.spread()
    return True


def join_home() -> None:
    """Lets a spawned process, of a process that belongs to another node's program, have that program's modules."""
    from _polyproc.cluster import child

    child.join()
