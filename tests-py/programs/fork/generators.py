# conformance: generator functions, comprehensions and coroutines of main run in a child
import asyncio
import itertools
from multiprocessing import Process


def count_to(n):
    i = 0
    while i < n:
        received = yield i
        i = received if received is not None else i + 1


def delegating(n):
    result = yield from inner(n)
    yield 'inner returned', result


def inner(n):
    try:
        yield from range(n)
    finally:
        print('inner finished')
    return 'done'


def make_generator(factor):
    def scaled(items):
        for item in items:
            yield factor * item

    return scaled


def fibonacci():
    a, b = 0, 1
    while True:
        yield a
        a, b = b, a + b


async def ticker(n):
    for i in range(n):
        yield i
        await asyncio.sleep(0)


async def main_coroutine(factor):
    async def scaled(x):
        await asyncio.sleep(0)
        return factor * x

    gathered = await asyncio.gather(*(scaled(i) for i in range(3)))
    ticks = [t async for t in ticker(3)]
    return gathered, ticks


class Tree:
    def __init__(self, value, *children):
        self.value, self.children = value, children

    def __iter__(self):
        yield self.value
        for child in self.children:
            yield from child


factor = 3
scaled = make_generator(10)
genexpr_factory = lambda n: (i * factor for i in range(n) if i % 2)
tree = Tree(1, Tree(2, Tree(3)), Tree(4))


def target():
    g = count_to(10)
    print(next(g), next(g), g.send(7), list(g))
    print(list(delegating(2)))
    print(list(scaled([1, 2])), list(genexpr_factory(6)))
    print(list(itertools.islice(fibonacci(), 8)))
    print([[x * y * factor for x in range(3)] for y in range(2)], {k: v for k, v in zip('ab', count_to(2))})
    print(list(tree), max(tree))
    print(asyncio.run(main_coroutine(2)))
    closing = inner(3)
    next(closing)
    closing.close()


for run in (target, lambda: print(list(make_generator(2)(count_to(3))))):
    p = Process(target=run)
    p.start()
    p.join()
    print(p.exitcode)
