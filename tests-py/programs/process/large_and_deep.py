# conformance: arguments of 100 MB, objects that contain themselves, and objects too deep to pickle
# methods: fork spawn forkserver
import multiprocessing as mp
import multiprocessing.pool


def look(large, ring, connection):
    connection.send((len(large), large[:2], large[-1:], ring[0] is ring, len(ring)))
    connection.send(ring)


def nested(depth):
    value = []
    for _ in range(depth):
        value = [value]
    return value


def same(value):
    return value


def attempt(label, action, *args):
    try:
        print(label, '->', action(*args))
    except Exception as e:
        print(label, '->', type(e).__name__)


if __name__ == '__main__':
    here, there = mp.Pipe()
    ring = [None, 1]
    ring[0] = ring
    process = mp.Process(target=look, args=(b'ab' * 50_000_000, ring, there))
    process.start()
    print(here.recv())
    back = here.recv()
    print(back[0] is back, len(back))
    process.join()
    print(process.exitcode)

    deep = nested(100_000)
    attempt('a deep object through a connection', here.send, deep)
    here.send('still usable')
    print(there.recv())
    attempt('through a simple queue', mp.SimpleQueue().put, deep)
    with mp.Pool(1) as pool:
        attempt('as an argument of a task', pool.apply, len, (deep,))
        back = pool.apply(same, (ring,))
        print(back[0] is back)
        print(pool.apply(len, (b'x' * 100_000_000,)), len(pool.apply(same, (b'y' * 50_000_000,))))
