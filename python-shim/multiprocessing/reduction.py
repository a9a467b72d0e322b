"""Pickling for other processes: descriptors travel through the supervisor."""

import _polyproc
from _polyproc.stdlib import load_stdlib

load_stdlib(globals())

import select

from _polyproc.process.descriptors import Handle as DupFd, call

from _polyproc.ipc import pickling

HAVE_SEND_HANDLE = True

ForkingPickler.dump = pickling.dump
ForkingPickler.loads = staticmethod(pickling.loads)
load = pickling.load

_messages = _polyproc.runtime.messages()
_pickled = _messages.pickled if _messages.areAvailable() else lambda obj: None
_idle_picklers = []
_LARGE = 1 << 16


class _Parts(list):
    """What a pickler takes for a file, and writes to without a copy."""

    def __init__(self):
        self.write = self.append


def dumps(obj):
    """The bytes of an object's pickle, as `ForkingPickler.dumps`."""
    data = _pickled(obj)
    return dumps_not_plain(obj) if data is None else data


def dumps_not_plain(obj):
    """The same for what Java does not pickle.

    A pickler costs more than what it usually has to do, so it is used again.
    """
    if _polyproc.embedded:
        return bytes(_new_dumps(ForkingPickler, obj))
    try:
        pickler, parts, reducers = _idle_picklers.pop()
    except IndexError:
        reducers = None
    if reducers != copyreg.dispatch_table:
        reducers = dict(copyreg.dispatch_table)
        parts = _Parts()
        pickler = pickle.Pickler(parts)
        pickler.dispatch_table = {**reducers, **ForkingPickler._extra_reducers}
    try:
        pickler.dump(obj)  # one that has failed is not used again
    except (pickle.PicklingError, AttributeError, TypeError) as e:
        pickling.reword_dumping(e, ForkingPickler, obj)
        raise
    pickler.clear_memo()
    data = parts[0] if len(parts) == 1 else b"".join(parts)
    if len(data) <= _LARGE:  # it would keep the room that it needed
        parts.clear()
        _idle_picklers.append((pickler, parts, reducers))
    return data


def _register(cls, type, reduce):
    """Register a reduce function for a type."""
    cls._extra_reducers[type] = reduce
    _idle_picklers.clear()


_new_dumps = ForkingPickler.dumps.__func__


def _dumps(cls, obj, protocol=None):
    if cls is ForkingPickler and protocol is None:
        return memoryview(dumps(obj))
    return _new_dumps(cls, obj, protocol)


ForkingPickler.dumps = classmethod(_dumps)
ForkingPickler.register = classmethod(_register)
register = ForkingPickler.register

if _polyproc.reducer is not None:
    ForkingPickler.reducer_override = _polyproc.reducer


def sendfds(sock, fds):
    """Sends descriptors over a stream socket."""
    call("sendDescriptors", sock.fileno(), len(fds) % 256, list(fds))


def recvfds(sock, size):
    """Receives descriptors from a stream socket."""
    select.select([sock], [], [])
    received = [int(number) for number in call("receiveDescriptors", sock.fileno(), size)]
    if not received:
        raise EOFError
    count, *fds = received
    if not fds:
        raise RuntimeError("received 0 items of ancdata")
    if len(fds) % 256 != count:
        raise AssertionError(f"Len is {len(fds)} but msg[0] is {count!r}")
    return fds
