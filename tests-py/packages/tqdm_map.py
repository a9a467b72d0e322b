# package: tqdm
"""Progress bars over processes: `process_map`, a pool's `imap`, one bar in each worker, and threads."""

import io
import multiprocessing
from concurrent.futures import ProcessPoolExecutor

import tqdm
from tqdm.contrib.concurrent import process_map, thread_map


def square(number):
    return number * number


def fail(number):
    return 1 // (number - 3)


def with_a_bar(position):
    out = io.StringIO()
    for _ in tqdm.tqdm(range(5), desc=f"worker {position}", position=position, file=out, ncols=60):
        pass
    return "5/5" in out.getvalue()


def main():
    print(tqdm.__version__)
    print(process_map(square, range(20), max_workers=2, chunksize=2))
    print(thread_map(square, range(5), max_workers=2, disable=True))
    out = io.StringIO()
    with multiprocessing.Pool(2) as pool:
        print(list(tqdm.tqdm(pool.imap(square, range(6)), total=6, file=out, ncols=60)))
    print(*("6/6" in line for line in out.getvalue().split("\r")[-1:]))
    with ProcessPoolExecutor(2, initializer=tqdm.tqdm.set_lock, initargs=(tqdm.tqdm.get_lock(),)) as executor:
        print(list(executor.map(with_a_bar, range(2))))
    try:
        process_map(fail, range(6), max_workers=2, chunksize=1)
    except ZeroDivisionError as e:
        print("error", e)


if __name__ == "__main__":
    main()
