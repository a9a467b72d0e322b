"""`socket`: GraalPy 25.0.3 lacks constants, `sendmsg` and `recvmsg` with ancillary data, and network interfaces.

Constants and functions go into `_socket`, of which the standard library's `socket` is made.
"""
# Needed while: import _socket; not hasattr(_socket.socket, "sendmsg")

import _socket
import operator
import os
import sys
import time

from _polyproc.compat.arguments import c_int
from _polyproc.compat.libc import (
    Memory,
    builtin,
    call,
    call_long,
    call_once,
    error,
    find_pointer,
    integer,
    read,
    read_int,
    read_text,
    words,
)
from _polyproc.compat.socket_constants import CONSTANTS

_module = builtin("_socket")
_MESSAGE_BYTES = 56
_HEADER_BYTES = 16
_ADDRESS_BYTES = 128
_EINTR = 4
_POLLIN, _POLLOUT = 1, 4
_SLICE = 1.0
_AF_UNIX, _AF_INET, _AF_INET6, _AF_NETLINK = 1, 2, 10, 16


def prepare():
    """Adds what `_socket` lacks, before `socket` takes it from there."""
    vars(_socket).update(CONSTANTS)
    for each in (CMSG_LEN, CMSG_SPACE, getprotobyname, if_indextoname, if_nameindex, if_nametoindex, sethostname):
        setattr(_socket, each.__name__, each)


def install(module):
    """Adds what the class of sockets lacks, and the functions that stand on it."""
    import array

    module.array = array
    for each in (sendmsg, recvmsg, recvmsg_into, sendmsg_afalg):
        if not hasattr(module.socket, each.__name__):
            setattr(module.socket, each.__name__, each)
    for each in (send_fds, recv_fds):
        each.__module__ = "socket"
        setattr(module, each.__name__, each)
        module.__all__.append(each.__name__)
    module.__all__.extend(name for name in CONSTANTS if name not in module.__all__)
    module.__all__.extend(
        name
        for name in (
            "CMSG_LEN",
            "CMSG_SPACE",
            "getprotobyname",
            "if_indextoname",
            "if_nameindex",
            "if_nametoindex",
            "sethostname",
        )
        if name not in module.__all__
    )


# Ancillary data, man 3 cmsg


def _aligned(length):
    return length + 7 & ~7


def _length(length, function):
    length = operator.index(length)
    if length < 0 or length > 0x7FFFFFFF - 64:
        raise OverflowError(f"{function}() argument out of range")
    return length


@_module
def CMSG_LEN(length, /):
    """The total length of an ancillary data item with that much data, without trailing padding."""
    return _HEADER_BYTES + _length(length, "CMSG_LEN")


@_module
def CMSG_SPACE(length, /):
    """The buffer size that recvmsg() needs to receive an ancillary data item with that much data."""
    return _HEADER_BYTES + _aligned(_length(length, "CMSG_SPACE"))


def _pack_ancillary(items):
    parts = []
    for item in items:
        if not isinstance(item, (tuple, list)) or len(item) != 3:
            raise TypeError("sendmsg() argument 2 must be an iterable of tuples of three items")
        level, kind, data = item
        data = bytes(memoryview(data))
        header = (_HEADER_BYTES + len(data)).to_bytes(8, "little") + b"".join(
            (c_int(number) & 0xFFFFFFFF).to_bytes(4, "little") for number in (level, kind)
        )
        parts.append(header + data + bytes(_aligned(len(data)) - len(data)))
    return b"".join(parts)


def _unpack_ancillary(content):
    items, offset = [], 0
    while offset + _HEADER_BYTES <= len(content):
        length = integer(content, offset, 8)
        if length < _HEADER_BYTES:
            break
        items.append(
            (
                integer(content, offset + 8),
                integer(content, offset + 12),
                bytes(content[offset + _HEADER_BYTES : min(offset + length, len(content))]),
            )
        )
        offset += _aligned(length)
    return items


# Addresses


def _pack_address(family, address):
    if family == _AF_UNIX:
        path = os.fsencode(address) if isinstance(address, str) else bytes(address)
        if len(path) > 107:
            raise OSError("AF_UNIX path too long")
        return family.to_bytes(2, "little") + path + (b"" if path.startswith(b"\0") else b"\0")
    if family in (_AF_INET, _AF_INET6):
        if not isinstance(address, tuple):
            raise TypeError(
                f"sendmsg(): AF_INET{'6' if family == _AF_INET6 else ''} address must be tuple, not {type(address).__name__}"
            )
        host, port = address[:2]
        found = _socket.getaddrinfo(host or None, port, family)[0][4]
        packed = _socket.inet_pton(family, found[0].partition("%")[0])
        if family == _AF_INET:
            return family.to_bytes(2, "little") + port.to_bytes(2, "big") + packed + bytes(8)
        flow, scope = (address[2:] + (0, 0))[:2] if len(address) > 2 else (0, found[3])
        return (
            family.to_bytes(2, "little")
            + port.to_bytes(2, "big")
            + flow.to_bytes(4, "big")
            + packed
            + scope.to_bytes(4, "little")
        )
    if family == _AF_NETLINK:
        pid, groups = address
        return family.to_bytes(2, "little") + bytes(2) + pid.to_bytes(4, "little") + groups.to_bytes(4, "little")
    raise OSError("sendmsg(): bad family")


def _unpack_address(content):
    if not content:
        return None
    family = integer(content, 0, 2)
    if family == _AF_UNIX:
        path = content[2:]
        if path.startswith(b"\0"):
            return path  # in the abstract namespace
        return os.fsdecode(path.partition(b"\0")[0])
    if family == _AF_INET:
        return _socket.inet_ntop(family, content[4:8]), int.from_bytes(content[2:4], "big")
    if family == _AF_INET6:
        return (
            _socket.inet_ntop(family, content[8:24]),
            int.from_bytes(content[2:4], "big"),
            int.from_bytes(content[4:8], "big"),
            integer(content, 24),
        )
    if family == _AF_NETLINK:
        return integer(content, 4, signed=False), integer(content, 8, signed=False)
    return family, content[2:]


# Messages


def _transfer(sock, function, event, *args):
    """Makes a call that may wait, at most as long as the socket's timeout says."""
    timeout = sock.gettimeout()
    end = None if not timeout else time.monotonic() + timeout
    while True:
        if end is not None:
            _await(sock, event, end)
        try:
            return call_long(function, sock.fileno(), *args)
        except BlockingIOError:
            if end is None:
                raise


def _await(sock, event, end):
    while True:
        left = end - time.monotonic()
        if left <= 0:
            raise TimeoutError("timed out")
        entry = bytearray(sock.fileno().to_bytes(4, "little", signed=True) + event.to_bytes(4, "little"))
        found, number = call_once("poll", entry, 1, -int(-min(left, _SLICE) * 1000 // 1))
        if found > 0:
            return
        if found < 0 and number != _EINTR:
            raise error(number)


def _open(sock):
    if sock.fileno() < 0:
        raise error(9)


def sendmsg(self, buffers, ancdata=(), flags=0, address=None, /):
    """sendmsg(buffers[, ancdata[, flags[, address]]]) -> the number of bytes of non-ancillary data sent."""
    flags = c_int(flags)
    try:
        views = [memoryview(buffer) for buffer in buffers]
    except TypeError:
        if not hasattr(type(buffers), "__iter__"):
            raise TypeError("sendmsg() argument 1 must be an iterable") from None
        raise
    content = b"".join(views)
    try:
        items = list(ancdata)
    except TypeError:
        raise TypeError("sendmsg() argument 2 must be an iterable") from None
    control = _pack_ancillary(items)
    name = b"" if address is None else _pack_address(self.family, address)
    _open(self)
    return _send(self, name, content, control, flags)


def _send(sock, name, content, control, flags):
    with Memory(_MESSAGE_BYTES + 16 + len(name) + len(control) + len(content) + 24) as memory:
        at_vector = memory.address + _MESSAGE_BYTES
        at_control = _aligned(at_vector + 16)
        at_name = _aligned(at_control + len(control))
        at_content = _aligned(at_name + len(name))
        memory.write(
            words(at_name if name else 0, len(name), at_vector, 1, at_control if control else 0, len(control), 0)
            + words(at_content, len(content))
        )
        for address, part in ((at_control, control), (at_name, name), (at_content, content)):
            if part:
                memory.write(part, address - memory.address)
        return _transfer(sock, "sendmsg", _POLLOUT, memory.address, flags)


def _receive(sock, size, ancillary, flags):
    """Returns the data, the ancillary data, the flags of the message and its address."""
    with Memory(_MESSAGE_BYTES + 16 + _ADDRESS_BYTES + ancillary + 24 + size) as memory:
        at_vector = memory.address + _MESSAGE_BYTES
        at_name = at_vector + 16
        at_control = _aligned(at_name + _ADDRESS_BYTES)
        at_content = _aligned(at_control + ancillary)
        memory.write(
            words(at_name, _ADDRESS_BYTES, at_vector, 1, at_control if ancillary else 0, ancillary, 0)
            + words(at_content, size)
        )
        got = _transfer(sock, "recvmsg", _POLLIN, memory.address, flags)
        header = memory.read(_MESSAGE_BYTES)
        content = read(at_content, min(got, size))
        control = read(at_control, integer(header, 40, 8)) if ancillary else b""
        name = read(at_name, min(integer(header, 8), _ADDRESS_BYTES))
        return content, _unpack_ancillary(control), integer(header, 48), _unpack_address(name)


def _ancillary_size(size):
    size = operator.index(size)
    if size < 0 or size > 0x7FFFFFFF:
        raise ValueError("invalid ancillary data buffer length")
    return size


def recvmsg(self, bufsize, ancbufsize=0, flags=0, /):
    """recvmsg(bufsize[, ancbufsize[, flags]]) -> (data, ancdata, msg_flags, address)."""
    bufsize = operator.index(bufsize)
    if bufsize < 0:
        raise ValueError("negative buffer size in recvmsg()")
    ancillary, flags = _ancillary_size(ancbufsize), c_int(flags)
    _open(self)
    return _receive(self, bufsize, ancillary, flags)


def recvmsg_into(self, buffers, ancbufsize=0, flags=0, /):
    """recvmsg_into(buffers[, ancbufsize[, flags]]) -> (nbytes, ancdata, msg_flags, address)."""
    ancillary, flags = _ancillary_size(ancbufsize), c_int(flags)
    if not hasattr(type(buffers), "__iter__") and not hasattr(type(buffers), "__getitem__"):
        raise TypeError("recvmsg_into() argument 1 must be an iterable")
    views = [memoryview(buffer) for buffer in buffers]
    if any(view.readonly for view in views):
        raise TypeError("read-write bytes-like object expected")
    views = [view.cast("B") for view in views]
    _open(self)
    content, items, message_flags, address = _receive(self, sum(map(len, views)), ancillary, flags)
    size = len(content)
    for view in views:
        part, content = content[: len(view)], content[len(view) :]
        view[: len(part)] = part
    return size, items, message_flags, address


def sendmsg_afalg(self, msg=(), *, op, iv=None, assoclen=None, flags=0):
    """Sets the operation, IV and length of associated data of an AF_ALG socket, and sends data."""
    if self.family != CONSTANTS["AF_ALG"]:
        raise OSError("algset is only supported for AF_ALG")
    op = c_int(op)
    if op < 0:
        raise TypeError("Invalid or missing argument 'op'")
    items = [(CONSTANTS["SOL_ALG"], CONSTANTS["ALG_SET_OP"], op.to_bytes(4, "little"))]
    if iv is not None:
        iv = bytes(memoryview(iv))
        items.append((CONSTANTS["SOL_ALG"], CONSTANTS["ALG_SET_IV"], len(iv).to_bytes(4, "little") + iv))
    if assoclen is not None:
        if operator.index(assoclen) < 0:
            raise TypeError("assoclen must be positive")
        items.append(
            (CONSTANTS["SOL_ALG"], CONSTANTS["ALG_SET_AEAD_ASSOCLEN"], operator.index(assoclen).to_bytes(4, "little"))
        )
    return sendmsg(self, msg, items, flags)


def send_fds(sock, buffers, fds, flags=0, address=None):
    """Sends the list of file descriptors fds over an AF_UNIX socket; returns the number of bytes sent."""
    import array

    return sock.sendmsg(buffers, [(_socket.SOL_SOCKET, CONSTANTS["SCM_RIGHTS"], array.array("i", fds))])


def recv_fds(sock, bufsize, maxfds, flags=0):
    """Receives up to maxfds file descriptors; returns the data, the list of them, the message's flags and address."""
    import array

    fds = array.array("i")
    message, items, flags, address = sock.recvmsg(bufsize, CMSG_LEN(maxfds * fds.itemsize))
    for level, kind, data in items:
        if level == _socket.SOL_SOCKET and kind == CONSTANTS["SCM_RIGHTS"]:
            fds.frombytes(data[: len(data) - len(data) % fds.itemsize])
    return message, list(fds), flags, address


# Names


@_module
def if_nameindex():
    """Returns a list of network interface information: pairs of index and name."""
    array, number = find_pointer("if_nameindex")
    if not array:
        raise error(number)
    found = []
    try:
        where = array
        while index := read_int(where, 4):
            found.append((index, os.fsdecode(read_text(read_int(where + 8)))))
            where += 16
    finally:
        call_once("if_freenameindex", array)
    return found


@_module
def if_nametoindex(oname, /):
    """Returns the interface index corresponding to the interface name."""
    name = os.fsencode(oname)
    index = call_once("if_nametoindex", name)[0]
    if index <= 0:
        raise OSError("no interface with this name")
    return index


@_module
def if_indextoname(if_index, /):
    """Returns the interface name corresponding to the interface index."""
    index = operator.index(if_index)
    if not 0 <= index < 1 << 64:
        raise OverflowError(
            "can't convert negative value to unsigned int"
            if index < 0
            else "Python int too large to convert to C unsigned long"
        )
    if index > 0xFFFFFFFF:
        raise OverflowError("index is too large")
    with Memory(16) as name:
        found, number = find_pointer("if_indextoname", index, name.address)
        if not found:
            raise error(number)
        return os.fsdecode(name.read().partition(b"\0")[0])


@_module
def getprotobyname(protocolname, /):
    """Return the protocol number for the named protocol."""
    if not isinstance(protocolname, str):
        raise TypeError(f"getprotobyname() argument 1 must be str, not {type(protocolname).__name__}")
    entry, _ = find_pointer("getprotobyname", protocolname.encode())
    if not entry:
        raise OSError("protocol not found")
    return read_int(entry + 16, 4)


@_module
def sethostname(name, /):
    """Sets the hostname to name."""
    encoded = os.fsencode(name) if isinstance(name, str) else bytes(memoryview(name))
    sys.audit("socket.sethostname", name)
    call("sethostname", encoded, len(encoded))
