# conformance: how many processors there are, and which of them a process may use
import multiprocessing as mp
import os

def allowed(_):
    return os.sched_getaffinity(0)

if __name__ == '__main__':
    mine = os.sched_getaffinity(0)
    print(type(mine).__name__, len(mine) <= mp.cpu_count() == os.cpu_count(), mine == os.sched_getaffinity(os.getpid()))
    with mp.Pool(1) as pool:
        print(pool.map(allowed, [None]) == [mine])
    for nobody in (-1, 99_999_999, 'x', None):
        try:
            os.sched_getaffinity(nobody)
        except (OSError, TypeError) as error:
            print(type(error).__name__, error)
