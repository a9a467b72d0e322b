# conformance: memory that has views is not unmapped, closed memory can't be read, and its size can change
# timeout: 180
import ctypes
import gc
import mmap
from multiprocessing import shared_memory
import os
import pickle
import tempfile
import threading


def attempt(function, *args):
    try:
        print(function(*args))
    except Exception as e:
        print(type(e).__name__, e)


memory = shared_memory.SharedMemory(create=True, size=4096)
memory.buf[0] = 7
part = memory.buf[:4]
attempt(memory.close)
print(part[0])
part[1] = 3
whole = part.cast("H")
part.release()
attempt(memory.close)
print(whole[0], whole.tolist())
whole.release()
attempt(memory.close)
memory.unlink()

mapping = mmap.mmap(-1, 8192)
mapping[:5] = b"hello"
print(repr(mapping), len(mapping), mapping.closed, isinstance(mapping, mmap.mmap), type(mapping))
view = memoryview(mapping)
words = view.cast("I")
slices = view[100:200], view[::2], view.toreadonly()
other = memoryview(view)
print(bytes(view[:5]), view.nbytes, view.readonly, view.format, view.itemsize, view.shape, view.obj is mapping)
view.release()
for taken in (words, *slices):
    attempt(mapping.close)
    taken.release()
attempt(mapping.close)
attempt(mapping.resize, 4096)
print(bytes(other[:5]))
del other
attempt(mapping.close)
print(repr(mapping), mapping.closed, type(mapping))
for action in (lambda: mapping[0], lambda: mapping[:3], lambda: len(mapping), lambda: memoryview(mapping),
               lambda: bytes(mapping), lambda: list(mapping), lambda: mapping.read(2), lambda: mapping.find(b"x"),
               lambda: mapping.write(b"x"), lambda: mapping.size(), lambda: mapping.tell(), lambda: mapping.seek(0),
               lambda: mapping.resize(3), lambda: mapping.__enter__(), lambda: mapping.__setitem__(0, 1),
               lambda: mapping.flush(), lambda: mapping.close(), lambda: mapping.__exit__(None, None, None),
               lambda: 3 in mapping):
    attempt(action)

mapping = mmap.mmap(-1, 100)
number = ctypes.c_int.from_buffer(mapping, 8)
number.value = 77
print(mapping[8], number.value)
attempt(mapping.close)
del number
gc.collect()
attempt(mapping.close)

mapping = mmap.mmap(-1, 4096)
ready, go, seen = threading.Event(), threading.Event(), []


def read_later():
    with memoryview(mapping) as view:
        ready.set()
        go.wait()
        seen.append(view[0])


thread = threading.Thread(target=read_later)
thread.start()
ready.wait()
attempt(mapping.close)
go.set()
thread.join()
attempt(mapping.close)
print(seen)

with tempfile.TemporaryFile() as file:
    file.write(b"0123456789" * 1000)
    file.flush()
    mapping = mmap.mmap(file.fileno(), 5000)
    print(mapping.size(), len(mapping), mapping[4990:])
    with memoryview(mapping) as view:
        attempt(mapping.resize, 6000)
    mapping.resize(20000)
    print(len(mapping), mapping.size(), os.fstat(file.fileno()).st_size, mapping[9995:10003])
    mapping[19999] = 5
    mapping.resize(30)
    print(len(mapping), os.fstat(file.fileno()).st_size, mapping[:], bytes(mapping[-3:]))
    attempt(lambda: mapping[30])
    attempt(mapping.resize, -1)
    attempt(mapping.resize, 0)
    mapping.close()
    file.truncate(9000)
    attempt(lambda: mmap.mmap(-1, 10).size())
    with mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ, offset=4096) as mapping:
        print(repr(mapping), memoryview(mapping).readonly)
        attempt(mapping.resize, 100)
        gc.collect()
    print(mapping.closed)
    for access in (mmap.ACCESS_WRITE, mmap.ACCESS_COPY):
        with mmap.mmap(file.fileno(), 0, access=access) as mapping:
            print(repr(mapping), memoryview(mapping).readonly)
            gc.collect()
attempt(lambda: mmap.mmap(-1, 10, mmap.MAP_PRIVATE, access=mmap.ACCESS_READ))
attempt(lambda: mmap.mmap(-1, -1))


class Derived(mmap.mmap):
    def first(self):
        return self[0]


with Derived(-1, 10) as mapping:
    mapping[0] = 9
    view = memoryview(mapping)
    print(mapping.first(), view[0])
    attempt(mapping.close)
    view.release()
attempt(mapping.first)
print(type(mapping).__name__, isinstance(mapping, Derived))
anonymous = mmap.mmap(-1, 4096, mmap.MAP_PRIVATE | mmap.MAP_ANONYMOUS)
anonymous[:3] = b"abc"
anonymous.resize(100000)
print(anonymous[:4], len(anonymous), anonymous[99999])
attempt(pickle.dumps, anonymous)
