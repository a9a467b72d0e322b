# package: multiprocess
"""The `multiprocessing` that pickles by dill: lambdas and closures as tasks and targets."""

import multiprocess


def main():
    print(multiprocess.__version__)
    offset = 100
    with multiprocess.Pool(2) as pool:
        print(pool.map(lambda number: number * number + offset, range(8)))
        try:
            pool.apply(lambda: 1 // 0)
        except ZeroDivisionError as e:
            print("error", e)
    queue = multiprocess.Queue()
    process = multiprocess.Process(target=lambda: queue.put(lambda x: x + offset))
    process.start()
    print(queue.get()(1))
    process.join()
    print(process.exitcode)
    with multiprocess.Manager() as manager:
        shared = manager.dict()
        children = [multiprocess.Process(target=lambda n=n: shared.update({n: n * offset})) for n in range(3)]
        for child in children:
            child.start()
        for child in children:
            child.join()
        print(sorted(shared.items()))


if __name__ == "__main__":
    main()
