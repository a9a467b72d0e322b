"""A barrier for three parties has only two: they wait for the third, and the parent for them."""

import multiprocessing


def meet(barrier):
    barrier.wait()  # hangs


if __name__ == "__main__":
    barrier = multiprocessing.Barrier(3)
    processes = [multiprocessing.Process(target=meet, args=(barrier,)) for _ in range(2)]
    for process in processes:
        process.start()
    for process in processes:
        process.join()  # hangs
