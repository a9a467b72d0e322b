# conformance: every way to give a Pool work, and its order of results
# methods: fork spawn forkserver
import multiprocessing as mp
import os
import sys
import time


def square(x):
    return x * x


def add(a, b=10, *, c=100):
    return a + b + c


def delayed(x):
    time.sleep(x / 10)
    return x


def pid(_):
    time.sleep(0.2)
    return os.getpid(), mp.current_process().daemon, mp.current_process().name


if __name__ == '__main__':
    ctx = mp.get_context(sys.argv[1])
    called = []
    with ctx.Pool(2) as pool:
        while len(set(pool.map(pid, range(2), 1))) < 2:
            pass  # until both workers are there
        print('apply:', pool.apply(add, (1,), {'c': 2}), pool.apply(square, [3]))
        print('apply_async:', pool.apply_async(add, (1, 2), dict(c=3), callback=called.append).get(60))
        print('map:', pool.map(square, range(7)), pool.map(square, [], 3), pool.map(square, {4}))
        print('map chunks:', pool.map(square, iter(range(5)), chunksize=2))
        print('map_async:', pool.map_async(square, range(4), callback=called.append).get(60))
        print('imap:', list(pool.imap(square, range(5))), next(pool.imap(delayed, [1])))
        print('imap chunks:', list(pool.imap(square, range(5), chunksize=3)))
        print('imap_unordered:', list(pool.imap_unordered(delayed, [9, 0])))
        print('imap_unordered chunks:', sorted(pool.imap_unordered(square, range(7), 2)))
        print('starmap:', pool.starmap(add, [(1, 2), (3,)]), pool.starmap_async(pow, [(2, 3)]).get(60))
        it = pool.imap(delayed, [15, 0])
        try:
            it.next(timeout=0.1)
        except mp.TimeoutError as error:
            print('next(timeout):', type(error).__name__)
        print(it.next(60), next(it), list(it))
        workers = pool.map(pid, range(4), 1)
        names = {name.split('-')[0] for _, _, name in workers}
        print('workers:', len(set(workers)) in (1, 2), names, {daemon for _, daemon, _ in workers},
              os.getpid() in {p for p, _, _ in workers})
        large = pool.map(len, [b'x' * 2_000_000] * 3)
        print('large:', large, len(pool.apply(bytes, (3_000_000,))))
        print('many:', sum(pool.map(square, range(2000))))
        print('called back:', called)
