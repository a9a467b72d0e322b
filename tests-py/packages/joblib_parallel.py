# package: joblib
"""`Parallel` with both backends, an error in a task, and results kept on disk."""

import tempfile
import warnings

import joblib
from joblib import Memory, Parallel, delayed, parallel_backend


def square(number):
    return number * number


def main():
    print(joblib.__version__)
    for backend in "loky", "multiprocessing", "threading":
        with parallel_backend(backend, n_jobs=2):
            print(backend, Parallel()(delayed(square)(number) for number in range(20)))
            if backend == "loky":
                print(Parallel()(delayed(lambda x, y: x * y)(number, 2) for number in range(4)))
            try:
                Parallel()(delayed(divmod)(number, 0) for number in range(3))
            except ZeroDivisionError as e:
                print("error", e)
    with tempfile.TemporaryDirectory() as folder, warnings.catch_warnings():
        warnings.simplefilter("ignore")
        calls = []
        memory = Memory(folder, verbose=0)

        @memory.cache(ignore=["calls"])
        def slow(number, calls):
            calls.append(number)
            return number + 1
        print(slow(1, calls), slow(1, calls), slow(2, calls), calls)
        joblib.dump({"a": [1, 2], "b": "text" * 1000}, folder + "/file.gz", compress=3)
        print(len(joblib.load(folder + "/file.gz")["b"]))


if __name__ == "__main__":
    main()
