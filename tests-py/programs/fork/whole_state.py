# conformance: a forked child has its parent's ctypes objects, thread-locals and closed sockets
import ctypes
import multiprocessing as mp
import socket
import threading


class Point(ctypes.Structure):
    _fields_ = [("tag", ctypes.c_char * 8), ("n", ctypes.c_int), ("grid", (ctypes.c_short * 2) * 3)]


class Number(ctypes.Union):
    _fields_ = [("whole", ctypes.c_int), ("parts", ctypes.c_ubyte * 4)]


class Context(threading.local):
    def __init__(self, name, *, level):
        self.name = name
        self.level = level


Row = ctypes.c_double * 3
buffer = ctypes.create_string_buffer(b"buffer", 16)
wide = ctypes.create_unicode_buffer("wide", 8)
row = Row(1, 2.5, 3)
point = Point(b"point", 5)
for i in range(3):
    point.grid[i][:] = 2 * i + 1, 2 * i + 2
number = Number(0x01020304)
simple = ctypes.c_long(-7)
points = (Point * 2)(point, Point(b"other", 6))
same_buffer = [buffer]
context = Context("app", level=3)
closed = socket.socket()
closed.close()
another, third = socket.socketpair()
another.close()


def show():
    print(buffer.raw, wide.value, list(row), simple.value, number.whole, list(number.parts))
    print(point.tag, point.n, [list(part) for part in point.grid], [(each.tag, each.n) for each in points])
    print(type(row) is Row, type(points) is Point * 2, isinstance(buffer, ctypes.c_char * 16), same_buffer[0] is buffer)
    print(context.name, context.level, closed.fileno(), closed.family.name, another.fileno(), third.fileno() > 2)
    try:
        closed.send(b"x")
    except OSError as e:
        print(e)
    buffer.value = b"changed"
    row[0] = 9
    print(buffer.value, list(row), flush=True)


def change(shared, array):
    shared.n += 1
    shared.tag = b"child"
    shared.grid[1][0] = 44
    array[1].n = 66
    array[0].tag = b"zero"


if __name__ == "__main__":
    mp.set_start_method("fork")
    process = mp.Process(target=show)
    process.start()
    process.join()
    print(process.exitcode, buffer.value, list(row))
    for method in ("fork", "spawn"):
        ctx = mp.get_context(method)
        shared = ctx.Value(Point, b"x", 3, lock=False)
        array = ctx.Array(Point, [(b"a", 1), (b"b", 2)])
        process = ctx.Process(target=change, args=(shared, array))
        process.start()
        process.join()
        print(method, process.exitcode, shared.n, shared.tag, [list(part) for part in shared.grid],
              [(each.tag, each.n) for each in array])
