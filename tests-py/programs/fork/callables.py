# conformance: any callable defined in main is a target: lambda, closure, method, partial, instance, class
from functools import partial
from multiprocessing import Process
import operator


def run(label, target, *args, **kwargs):
    p = Process(target=target, args=args, kwargs=kwargs)
    p.start()
    p.join()
    print(label, p.exitcode, flush=True)


def make_counter(start):
    count = start

    def counter(by=1, *, twice=False):
        nonlocal count
        count += 2 * by if twice else by
        print('counter:', count)
        return count

    return counter


def squares(n):
    for i in range(n):
        yield i * i


def generator_user(n):
    print('squares:', list(squares(n)), sum(x for x in squares(n)))


def with_defaults(a, b=[1, 2], *rest, c=(3,), **more):
    print(a, b, rest, c, more)


class Greeter:
    greeting = 'hello'

    def __init__(self, name):
        self.name = name

    def greet(self, mark):
        print(self.greeting, self.name + mark)

    def __call__(self):
        print('called', self.name)

    @classmethod
    def of_class(cls, name):
        print(cls.__name__, name)

    @staticmethod
    def of_nothing(name):
        print('static', name)


class RunsWhenMade:
    def __init__(self, word):
        print('made with', word)


counter = make_counter(10)
counter()
run('closure', counter, 5, twice=True)
counter()
run('lambda', lambda *args: print('lambda', args), 1, 2)
run('generator', generator_user, 4)
run('bound method', Greeter('bob').greet, '!')
run('partial', partial(with_defaults, 1, c=4), 2, 3, d=5)


def everything():
    word = 'free variable'

    def nested():
        print('nested', word)

    nested()
    Greeter('alice')()
    Greeter.of_class('x')
    Greeter.of_nothing('y')
    RunsWhenMade('z')
    with_defaults(0)
    return nested


def calls(*callables):
    for call in callables:
        call()


several = [make_counter(i) for i in range(2)]
run('arguments', calls, everything, everything(), Greeter('carol'), partial(Greeter.of_class, 'p'),
    lambda: several[1](), several[0], several[0], partial(print, 'builtin'), Greeter('dan').__call__,
    partial(operator.methodcaller('greet', '?'), Greeter('eve')))
run('class', RunsWhenMade, 'class')
run('builtin', print, 'builtin', 'print', sep='-')
