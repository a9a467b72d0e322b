# conformance: a pool that nobody has closed is collected, which a ResourceWarning tells
# methods: fork spawn forkserver
import gc
import multiprocessing as mp
import sys
import time
import warnings


def collect(caught):
    deadline = time.monotonic() + 30
    while not caught and time.monotonic() < deadline:
        gc.collect()
        time.sleep(0.02)
    for warning in caught:
        print(warning.category.__name__, warning.message)


if __name__ == '__main__':
    ctx = mp.get_context(sys.argv[1])
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter('always', ResourceWarning)
        pool = ctx.Pool(2)
        pool.close()
        pool.join()
        del pool
        gc.collect()
        pool = ctx.Pool(2)
        print(pool.apply(abs, (-1,)))
        del pool
        collect(caught)
