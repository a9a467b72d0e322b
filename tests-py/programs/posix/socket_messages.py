# conformance: messages with ancillary data, descriptors in them, interfaces and protocols
import array
import os
import socket


def attempt(what, *args):
    try:
        print(what.__name__, "->", what(*args))
    except Exception as e:
        print(what.__name__, "->", type(e).__name__, e)


a, b = socket.socketpair()
print(a.sendmsg([b"ab", bytearray(b"cd")]), b.recvmsg(3), b.recvmsg(10))
r, w = os.pipe()
print(socket.send_fds(a, [b"message"], [r, w]))
data, fds, flags, address = socket.recv_fds(b, 100, 2)
os.write(fds[1], b"through")
print(data, len(fds), flags, address, os.read(r, 10), os.get_inheritable(fds[0]))
a.sendmsg([b"x"], [(socket.SOL_SOCKET, socket.SCM_RIGHTS, array.array("i", [r, w]))])
data, items, flags, _ = b.recvmsg(10, socket.CMSG_LEN(4))
print(data, [(level, kind, len(content)) for level, kind, content in items], flags & socket.MSG_CTRUNC != 0)
parts = [bytearray(2), bytearray(3)]
a.send(b"12345")
print(b.recvmsg_into(parts), parts)
print(socket.CMSG_LEN(0), socket.CMSG_SPACE(1), socket.CMSG_SPACE(9))
attempt(socket.CMSG_LEN, -1)
attempt(a.sendmsg, 5)
attempt(a.recvmsg, -1)
b.settimeout(0.1)
attempt(b.recvmsg, 1)
b.setblocking(False)
attempt(b.recvmsg, 1)
u = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
u.bind(("127.0.0.1", 0))
v = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
v.bind(("127.0.0.1", 0))
print(v.sendmsg([b"datagram"], (), 0, u.getsockname()))
data, _, flags, address = u.recvmsg(4)
print(data, flags & socket.MSG_TRUNC != 0, address == v.getsockname())
names = socket.if_nameindex()
print((1, "lo") in names, socket.if_nametoindex("lo"), socket.if_indextoname(1))
attempt(socket.if_nametoindex, "no such one")
attempt(socket.if_indextoname, 9999999)
print(socket.getprotobyname("tcp"), socket.getprotobyname("udp"))
attempt(socket.getprotobyname, "no such one")
print(repr(socket.AF_NETLINK), repr(socket.SOCK_CLOEXEC), repr(socket.MSG_PEEK), repr(socket.MSG_DONTWAIT))
print(len(b.recvmsg(5)[0]) if a.send(b"q") and not b.setblocking(True) else None)
a.close()
print(b.recvmsg(5))
b.close()
attempt(b.recvmsg, 5)
