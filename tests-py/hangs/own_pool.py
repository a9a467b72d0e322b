"""A task of a pool waits for another task of the same pool, for which no worker is left."""

import concurrent.futures


def inner():
    return 1


def outer():
    return executor.submit(inner).result()  # hangs


if __name__ == "__main__":
    with concurrent.futures.ProcessPoolExecutor(1) as executor:
        result = executor.submit(outer)
        print(result.result())  # hangs
