# package: dill
"""Functions, closures, classes and a session by value, within a process and to a pool's workers."""

import functools
import multiprocessing

import dill


def make_counter(start):
    def count(step=1):
        nonlocal start
        start += step
        return start
    return count


def call(data, *args):
    return dill.loads(data)(*args)


def main():
    print(dill.__version__)
    print(dill.loads(dill.dumps(lambda x, y=2: x ** y))(5))
    counter = make_counter(10)
    counter()
    restored = dill.loads(dill.dumps(counter))
    print(counter(), restored(), restored(5))

    class Point:
        size = 2

        def __init__(self, x, y):
            self.x, self.y = x, y

        def __eq__(self, other):
            return (self.x, self.y) == (other.x, other.y)

        @property
        def total(self):
            return self.x + self.y

        @staticmethod
        def origin():
            return Point(0, 0)
    point = dill.loads(dill.dumps(Point(1, 2)))
    print(point.total, point == Point(1, 2), point.origin().total, type(point).__name__)
    print(dill.copy([range(3), {1, 2}, functools.partial(pow, 2), slice(1, 2), ...])[2](10))
    print(dill.pickles(lambda: 1), dill.source.getsource(make_counter).splitlines()[0])
    with multiprocessing.Pool(2) as pool:
        sends = [pool.apply_async(call, (dill.dumps(lambda x, n=n: x + n), 100)) for n in range(4)]
        print([sent.get() for sent in sends])
        print(pool.apply(call, (dill.dumps(make_counter(5)), 7)))


if __name__ == "__main__":
    main()
