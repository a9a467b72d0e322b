"""Pickling for other processes: descriptors travel through the supervisor."""

from _polyproc.overlay import load_stdlib

load_stdlib(globals())

from _polyproc.descriptors import Handle as DupFd, Shared

from _polyproc import pickling

HAVE_SEND_HANDLE = True
_TOKEN_BYTES = 32

ForkingPickler.dump = pickling.dump
ForkingPickler.loads = staticmethod(pickling.loads)
load = pickling.load


def sendfds(sock, fds):
    """Sends descriptors over a stream socket."""
    for fd in fds:
        sock.sendall(Shared(fd).token.encode("ascii"))


def recvfds(sock, size):
    """Receives descriptors from a stream socket."""
    from _polyproc.descriptors import call
    fds = []
    for _ in range(size):
        token = b""
        while len(token) < _TOKEN_BYTES:
            part = sock.recv(_TOKEN_BYTES - len(token))
            if not part:
                raise EOFError
            token += part
        fds.append(int(call("takeDescriptor", token.decode("ascii"))))
    return fds
