"""Descriptors and addresses of other nodes: agents carry what goes through a pipe or a socket."""

import fcntl
import os
import socket
import stat

from _polyproc.cluster import wire

passed = []
"""The names of the descriptors that this process has got with its start."""


def open_passed(index: int) -> int:
    """One of these, now the caller's."""
    fd = _open("open", passed[index])
    if fd is None:
        raise OSError("a pipe's end that came with the start of this process is lost with its node")
    return fd


def _open(*first):
    channel = wire.connect(*first)
    answer = wire.unpack(channel.recv_bytes())
    if answer[0] != wire.DONE:
        wire.drop(channel)
        return None
    wire.keep(channel)
    fd = os.dup(channel.fileno())
    channel.close()
    return fd


def kind(fd: int) -> str:
    """How an agent is to treat a descriptor: s for a stream socket, r and w for the ends of a pipe."""
    mode = os.fstat(fd).st_mode
    if stat.S_ISFIFO(mode):
        return "r" if fcntl.fcntl(fd, fcntl.F_GETFL) & os.O_ACCMODE == os.O_RDONLY else "w"
    if stat.S_ISSOCK(mode):
        with socket.socket(fileno=os.dup(fd)) as copy:
            if copy.getsockopt(socket.SOL_SOCKET, socket.SO_TYPE) == socket.SOCK_STREAM:
                return "s"
        raise TypeError(
            "a queue of one machine can't be passed to a process of another node: make it by "
            "get_context('cluster'), or start the program with --cluster"
        )
    raise TypeError(
        "shared memory and open files can't be passed to a process of another node: use Value or Array "
        "of get_context('cluster'), a manager, or a Pipe"
    )


class Exported:
    """A descriptor that is left with the agent for who unpickles this; it can be fetched once."""

    def __init__(self, fd: int) -> None:
        wire.enter()
        channel = wire.connect("export", kind(fd), fds=[fd])
        try:
            (name,) = wire.unpack(channel.recv_bytes())
        finally:
            wire.drop(channel)
        self.name = name.decode()

    def detach(self) -> int:
        """The descriptor, now the caller's."""
        fd = _open("open", self.name)
        if fd is None:
            raise OSError("the pipe's end that was sent was fetched before, or its node is lost")
        return fd


def install() -> None:
    """Lets clients reach managers of other nodes by their addresses in the file system."""
    from multiprocessing import connection

    connect = connection.SocketClient

    def SocketClient(address):
        try:
            return connect(address)
        except (FileNotFoundError, ConnectionRefusedError):
            if not isinstance(address, str) or address.startswith("\0"):
                raise
            fd = _open("connect", address)
            if fd is None:
                raise
            return connection.Connection(fd)

    connection.SocketClient = SocketClient
