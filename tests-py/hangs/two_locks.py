"""Two processes take two locks in opposite order: each waits for the one that the other holds."""

import multiprocessing


def take_both(first, second, met):
    with first:
        met.wait()
        with second:  # hangs
            print("never")


if __name__ == "__main__":
    left, right = multiprocessing.Lock(), multiprocessing.Lock()
    met = multiprocessing.Barrier(2)
    processes = [multiprocessing.Process(target=take_both, args=(left, right, met)),
                 multiprocessing.Process(target=take_both, args=(right, left, met))]
    for process in processes:
        process.start()
    for process in processes:
        process.join()  # hangs
