# conformance: a pool that closes while its workers are replaced comes to its end
# methods: fork spawn forkserver
import multiprocessing as mp
import time


def work(i):
    time.sleep(0.02 * (i % 3))
    return i


def close_at_once(size, tasks):
    pool = mp.Pool(size, maxtasksperchild=1)
    results = [pool.apply_async(work, (i,)) for i in range(tasks)]
    pool.close()
    pool.join()
    return [result.get() for result in results]


if __name__ == '__main__':
    for size in (1, 2, 3):
        for tasks in (1, 2, 4):
            print(size, tasks, close_at_once(size, tasks), flush=True)
    for method in ('map_async', 'imap', 'imap_unordered'):
        pool = mp.Pool(2, maxtasksperchild=1)
        results = getattr(pool, method)(work, range(3))
        pool.close()
        pool.join()
        print(method, sorted(results.get() if method == 'map_async' else results), flush=True)
    print(mp.active_children())
