"""`socketpair` of the kernel's.

GraalPy 25.0.3 has none, and the standard library then connects two sockets by TCP: to write to the one
is no error at first when the other is closed.
"""
# Needed while: import _socket; not hasattr(_socket, "socketpair")

import _socket

from _polyproc.compat.builtin_functions import builtin
from _polyproc.process.descriptors import call


def install():
    """Adds the function before the module `socket` looks for it."""
    _socket.socketpair = socketpair


@builtin("_socket")
def socketpair(module, family=_socket.AF_UNIX, type=_socket.SOCK_STREAM, proto=0, /):
    """Two connected sockets."""
    ends = call("socketPair", family, type, proto)
    return tuple(_socket.socket(family, type, proto, int(fd)) for fd in ends)
