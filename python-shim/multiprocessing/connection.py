"""Connections: the standard library's, where a message is one call of Java."""

import math
import weakref as _weakref
from selectors import _fileobj_to_fd as _fileno

import _polyproc
from _polyproc.process.descriptors import call as _call
from _polyproc.stdlib import load_stdlib

load_stdlib(globals())


class weakref:
    """What the standard library's `connection` uses of `weakref`.

    GraalPy closes connections by `weakref.finalize`, which also does so at exit, before the pools
    and feeder threads that still use them have ended. Descriptors need no closing at exit.
    """

    @staticmethod
    def finalize(obj, function):
        finalizer = _weakref.finalize(obj, function)
        finalizer.atexit = False
        return finalizer


_select_for_exit = _weakref.finalize._select_for_exit.__func__


@classmethod
def _select_patiently(cls):
    """What is to be finalised at exit, while a queue's thread may still close connections: in GraalPy a
    dictionary can change between any two steps of an iteration."""
    while True:
        try:
            return _select_for_exit(cls)
        except RuntimeError:
            pass


_weakref.finalize._select_for_exit = _select_patiently


# --- Messages: see `Messages` and `MessageReader` in Java for what the calls return.

_messages = _polyproc.runtime.messages()
_read = _messages.read
_write = _messages.write
_receive_plain = _messages.receive
_send_plain = _messages.send
_take_outcome = _messages.takeOutcome
_await = _messages.awaitAny
_await_one = _messages.awaitOne
_resume = _messages.resume
_dumps = reduction.dumps
_dumps_not_plain = reduction.dumps_not_plain
_NO_LIMIT = (1 << 63) - 1
_AGAIN, _END, _CUT_OFF, _TOO_LONG, _NOT_PLAIN = 1, 2, 3, 4, 7
_SLICE = 0.1
"""Seconds between two looks after signals, should one arrive just before a wait."""


def _fail(status):
    """Raises what a call that did not succeed means."""
    if status == _END:
        raise EOFError
    if status == _CUT_OFF:
        raise OSError("got end of file during message")
    raise OSError(-status, os.strerror(-status))


def _finish_reading(message):
    """The bytes of a message that was not there at once; None if it is longer than allowed."""
    since = None if type(message) is bytes else time.monotonic()  # for an observer, here and below
    while type(message) is not bytes:
        if message == _TOO_LONG:
            return None
        if isinstance(message, int):
            _fail(message)
        message = _resume(message)
    return message


def _finish_writing(status):
    since = time.monotonic()
    while status != 0:
        if isinstance(status, int):
            _fail(status)
        status = _resume(status)


def _send(self, obj):
    """Send a (picklable) object"""
    if self._handle is None or not self._writable:
        self._check_closed()
        self._check_writable()
    status = _send_plain(self._handle, obj)
    if status != 0:
        if status == _NOT_PLAIN:
            status = _write(self._handle, _dumps_not_plain(obj))
        _finish_writing(status)


def _send_bytes(self, buf, offset=0, size=None):
    """Send the bytes data from a bytes-like object"""
    if self._handle is None or not self._writable:
        self._check_closed()
        self._check_writable()
    if type(buf) is not bytes or offset != 0 or size is not None:
        buf = _part(buf, offset, size)
    status = _write(self._handle, buf)
    if status != 0:
        _finish_writing(status)


def _part(buf, offset, size):
    m = memoryview(buf)
    if m.itemsize > 1:
        m = m.cast("B")
    n = m.nbytes
    if offset < 0:
        raise ValueError("offset is negative")
    if n < offset:
        raise ValueError("buffer length < offset")
    if size is None:
        size = n - offset
    elif size < 0:
        raise ValueError("size is negative")
    elif offset + size > n:
        raise ValueError("buffer length < offset + size")
    return bytes(m[offset : offset + size])


def _recv(self):
    """Receive a (picklable) object"""
    if self._handle is None or not self._readable:
        self._check_closed()
        self._check_readable()
    obj = _receive_plain(self._handle)
    if obj is NotImplemented:
        message = _finish_reading(_take_outcome())
        if message is None:
            self._bad_message_length()
        obj = _ForkingPickler.loads(message)
    return obj


def _limit(maxlength):
    """What `recv_bytes` gives as the longest message, for Java."""
    if maxlength is None:
        return _NO_LIMIT
    if maxlength < 0:
        raise ValueError("negative maxlength")
    return min(maxlength, _NO_LIMIT)


def _recv_bytes(self, maxlength=None):
    """
    Receive bytes data as a bytes object.
    """
    if self._handle is None or not self._readable:
        self._check_closed()
        self._check_readable()
    message = _read(self._handle, _limit(maxlength))
    if type(message) is not bytes:
        message = _finish_reading(message)
        if message is None:
            self._bad_message_length()
    return message


def _recv_bytes_into(self, buf, offset=0):
    """
    Receive bytes data into a writeable bytes-like object.
    Return the number of bytes read.
    """
    self._check_closed()
    self._check_readable()
    with memoryview(buf) as m:
        itemsize = m.itemsize
        bytesize = itemsize * len(m)
        if offset < 0:
            raise ValueError("negative offset")
        elif offset > bytesize:
            raise ValueError("offset too large")
        message = self.recv_bytes()
        size = len(message)
        if bytesize < offset + size:
            raise BufferTooShort(message)
        m.cast("B")[offset : offset + size] = message
        return size


def _poll(self, timeout):
    return bool(_wait_for((self._handle,), timeout))


def _wait_for(fds, timeout):
    """Waits for descriptors; returns flags, false if the time is over before any is ready."""
    since = time.monotonic()
    deadline = None if timeout is None else since + timeout
    one = len(fds) == 1
    fds = list(fds)
    while True:
        left = _SLICE if deadline is None else min(max(deadline - time.monotonic(), 0.0), _SLICE)
        millis = math.ceil(left * 1000)
        ready = _await_one(fds[0], millis) if one else _await(fds, millis)
        if type(ready) is bytes or ready > 0:
            return ready
        if ready < 0 and ready != -errno.EINTR:
            _fail(ready)
        if deadline is not None and time.monotonic() >= deadline:
            return 0


_stdlib_wait = wait


def _wait(object_list, timeout=None):
    """
    Wait till an object in object_list is ready/readable.

    Returns list of those objects in object_list which are ready/readable.
    """
    objects = list(object_list)
    fds = [_fileno(obj) for obj in objects]
    if len(set(fds)) < len(fds):
        return _stdlib_wait(objects, timeout)  # which says what is wrong
    ready = _wait_for(fds, timeout)
    if type(ready) is bytes:
        return [obj for obj, flag in zip(objects, ready) if flag]
    return objects if ready else []


if _messages.areAvailable():
    wait = _wait
    wait.__name__ = "wait"
    _ConnectionBase.send = _send
    _ConnectionBase.send_bytes = _send_bytes
    _ConnectionBase.recv = _recv
    _ConnectionBase.recv_bytes = _recv_bytes
    _ConnectionBase.recv_bytes_into = _recv_bytes_into
    Connection._poll = _poll
    for _method in _send, _send_bytes, _recv, _recv_bytes, _recv_bytes_into:
        _method.__name__ = _method.__name__[1:]
        _method.__qualname__ = f"_ConnectionBase.{_method.__name__}"


# --- Packets: what queues are made of; see `Packets` in Java.

if _messages.areAvailable():
    _write_packet = _messages.writePacket
else:

    def _write_packet(fd, content):
        return _messages.writePacketOfText(fd, content.decode("latin-1"))


class PacketConnection(Connection):
    """One end of a queue: if a process is killed, no other ever sees half a message."""

    def send(self, obj):
        """Send a (picklable) object"""
        self.send_bytes(_dumps(obj))

    def send_bytes(self, buf, offset=0, size=None):
        """Send the bytes data from a bytes-like object"""
        self._check_closed()
        self._check_writable()
        if type(buf) is not bytes or offset != 0 or size is not None:
            buf = _part(buf, offset, size)
        status = _AGAIN
        while status == _AGAIN:
            status = _write_packet(self._handle, buf)
        if status != 0:
            _fail(status)

    def recv(self):
        """Receive a (picklable) object"""
        return _ForkingPickler.loads(self.recv_bytes())

    def recv_bytes(self, maxlength=None):
        """
        Receive bytes data as a bytes object.
        """
        self._check_closed()
        self._check_readable()
        limit = _limit(maxlength)
        message = _AGAIN
        while message == _AGAIN:
            message = _messages.readPacket(self._handle, limit)
        if type(message) is bytes:
            return message
        if type(message) is str:
            return message.encode("latin-1")
        if message == _TOO_LONG:
            self._bad_message_length()
        _fail(message)

    def __reduce__(self):
        # And not registered for one pickler: packages with a pickler of their own know a Connection only.
        return rebuild_packet_connection, (reduction.DupFd(self.fileno()), self.readable, self.writable)


def packet_pipe():
    """Two ends for packets, the one to receive from first."""
    reader, writer = (int(end) for end in _call("packetPipe"))
    return PacketConnection(reader, writable=False), PacketConnection(writer, readable=False)


def rebuild_packet_connection(df, readable, writable):
    return PacketConnection(df.detach(), readable, writable)


# --- The handshake ends within a time limit, so that a silent peer does not hold up `accept`.

_HANDSHAKE_SECONDS = 30.0
_stdlib_deliver_challenge = deliver_challenge
_stdlib_answer_challenge = answer_challenge


class _Handshake:
    """A connection that is over when its peer does not come to the end of the handshake in time.

    The time begins with the first challenge: before that, a client waits for a server that has other things
    to do.
    """

    def __init__(self, connection):
        self._connection = connection
        self.send_bytes = connection.send_bytes

    def begin(self):
        if not hasattr(self._connection, "_handshake_end"):
            self._connection._handshake_end = time.monotonic() + _HANDSHAKE_SECONDS

    def recv_bytes(self, maxlength):
        size = int.from_bytes(self._read(4), "big", signed=True)
        if not 0 <= size <= maxlength:
            self._connection._bad_message_length()
        return self._read(size)

    def _read(self, size):
        read = b""
        fd = self._connection.fileno()
        while len(read) < size:
            end = getattr(self._connection, "_handshake_end", None)
            if not _wait_for((fd,), None if end is None else end - time.monotonic()):
                raise AuthenticationError(f"the other side has not authenticated itself within {_HANDSHAKE_SECONDS:g} seconds")
            part = os.read(fd, size - len(read))
            if not part:
                _fail(_CUT_OFF if read else _END)
            read += part
            self.begin()
        return read


def deliver_challenge(connection, authkey, digest_name="sha256"):
    if isinstance(connection, Connection):
        connection = _Handshake(connection)
        connection.begin()
    _stdlib_deliver_challenge(connection, authkey, digest_name)


def answer_challenge(connection, authkey):
    if isinstance(connection, Connection):
        connection = _Handshake(connection)
    _stdlib_answer_challenge(connection, authkey)
