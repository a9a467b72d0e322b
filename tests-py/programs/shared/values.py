# conformance: Value, Array and their raw forms are one memory for all processes
# methods: fork spawn forkserver
import ctypes
import multiprocessing as mp
from multiprocessing import sharedctypes
import sys


class Point(ctypes.Structure):
    _fields_ = [('x', ctypes.c_double), ('y', ctypes.c_int)]


def child(number, real, letter, array, raw, text, point, points, plain):
    number.value += 1
    with real.get_lock():
        real.value *= 2
    letter.value = b'z'
    for i in range(len(array)):
        array[i] = -array[i]
    raw[1:3] = [20, 30]
    text.value = b'child'
    point.x, point.y = 2.5, 7
    for p in points:
        p.x += 1
    plain.value = 99
    print('child:', array[:], array[::2], text.raw, len(raw), flush=True)


def adds(number, times):
    for _ in range(times):
        with number.get_lock():
            number.value += 1


def attempt(label, action):
    try:
        print(label, '->', action())
    except Exception as error:
        print(label, '->', type(error).__name__, error)


if __name__ == '__main__':
    ctx = mp.get_context(sys.argv[1])
    number, real, letter = ctx.Value('i', 41), ctx.Value(ctypes.c_double, 1.5), ctx.Value('c', b'a')
    array, raw = ctx.Array('i', range(5)), ctx.RawArray('h', [1, 2, 3])
    text, plain = ctx.Array('c', b'12345678'), ctx.RawValue('L', 0)
    point = ctx.Value(Point, 1.0, 2)
    points = ctx.Array(Point, [(1, 2), (3, 4)])
    p = ctx.Process(target=child, args=(number, real, letter, array, raw, text, point, points, plain))
    p.start()
    p.join()
    print(p.exitcode, number.value, real.value, letter.value, array[:], list(raw), text.value, plain.value)
    print((point.x, point.y), [(q.x, q.y) for q in points])

    print('-- locked additions')
    workers = [ctx.Process(target=adds, args=(number, 300)) for _ in range(2)]
    for w in workers:
        w.start()
    for w in workers:
        w.join()
    print(number.value - 42)

    print('-- kinds')
    lock = ctx.RLock()
    shared = ctx.Value('i', 1, lock=lock)
    print(shared.get_lock() is lock, type(shared).__name__, type(array).__name__, type(text).__name__)
    print(hasattr(ctx.Value('i', lock=False), 'get_lock'), hasattr(ctx.Array('i', 2, lock=False), 'get_lock'))
    print(number.get_obj().value, len(array.get_obj()), ctx.Array('d', 3)[:])
    with array:
        array[0:2] = [7, 8]
    print(array[:2], array[-1], len(array))
    copied = sharedctypes.copy(point.get_obj())
    point.x = 100
    print(copied.x, sharedctypes.synchronized(ctx.RawValue('i', 3)).value)
    for wrong in (10, 1), (0, 'text'), (slice(0, 2), [1]):
        try:
            array[wrong[0]] = wrong[1]
        except Exception as error:
            print('assign', wrong, '->', type(error).__name__)
    attempt('lock', lambda: ctx.Value('i', lock='no lock'))
    attempt('type', lambda: ctx.Value('nothing'))
