"""Descriptors and addresses of other nodes: agents carry what goes through a pipe or a socket."""

import os

from _polyproc.cluster import wire

passed = []
"""The names of the descriptors that this process has got with its start."""


def open_passed(index):
    """One of these, now the caller's."""
    fd = _open("open", passed[index])
    if fd is None:
        raise OSError("a pipe's end that came with the start of this process is lost with its node")
    return fd


def _open(*first):
    line = wire.connect(*first)
    answer = wire.unpack(line.recv_bytes())
    if answer[0] != wire.DONE:
        wire.drop(line)
        return None
    wire.keep(line)
    fd = os.dup(line.fileno())
    line.close()
    return fd


class Exported:
    """A descriptor that is left with the agent for who unpickles this; it can be fetched once."""

    def __init__(self, fd):
        from _polyproc.cluster.popen import kind
        wire.enter()
        line = wire.connect("export", kind(fd), fds=[fd])
        try:
            name, = wire.unpack(line.recv_bytes())
        finally:
            wire.drop(line)
        self.name = name.decode()

    def detach(self):
        """The descriptor, now the caller's."""
        fd = _open("open", self.name)
        if fd is None:
            raise OSError("the pipe's end that was sent was fetched before, or its node is lost")
        return fd


def install():
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
