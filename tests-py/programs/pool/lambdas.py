# conformance: a forked pool's tasks may be lambdas, nested functions and whatever refers to them
# polyproc-only: CPython pickles functions by name only
import functools
import multiprocessing as mp

OFFSET = 100


def adder(n):
    total = n

    def add(x):
        return x + total + OFFSET
    return add


def generator_of(n):
    def numbers(x):
        yield from range(x, x + n)
    return numbers


class Doubler:
    def __init__(self, function):
        self.function = function

    def __call__(self, x):
        return 2 * self.function(x)


def factorial_of(product):
    return lambda n: product if n < 2 else factorial_of(n * product)(n - 1)


def attempt(label, action):
    try:
        print(label, '->', action())
    except Exception as error:
        print(label, '->', type(error).__name__, error)


if __name__ == '__main__':
    with mp.get_context('fork').Pool(2) as pool:
        print(pool.map(lambda x: x * x, range(5)), pool.map(lambda x: -x, range(5), 1))
        print(pool.map(adder(3), range(3)), pool.apply(adder(7), (1,)))
        print(pool.starmap(lambda a, b=5: (a, b), [(1,), (2, 3)]))
        print(list(pool.imap(lambda x: x + OFFSET, range(3))), pool.apply(lambda f: f(4), (adder(1),)))
        print(pool.map(functools.partial(lambda a, b: a + b, 10), range(3)))
        print(pool.map(Doubler(lambda x: x + 1), range(3)))
        print(pool.apply(lambda make: list(make(5)), (generator_of(3),)))
        print(pool.map(factorial_of(1), range(6)))
        print(pool.apply_async(lambda: (lambda: 1)()).get())
        attempt('its result', lambda: pool.apply(lambda: 1 / 0))
        attempt('still not', lambda: pool.apply(lambda x: x, ((i for i in ()),)))
    with mp.get_context('spawn').Pool(1) as pool:
        attempt('spawn', lambda: pool.map(adder(1), [1]))
