# conformance: decorated functions, dataclasses, enums, named tuples and class hierarchies of main work in a child
import abc
import collections
import contextlib
import dataclasses
import enum
import functools
import typing
from multiprocessing import Pipe, Process


def traced(prefix):
    def decorate(function):
        @functools.wraps(function)
        def wrapper(*args, **kwargs):
            wrapper.calls += 1
            return prefix, function(*args, **kwargs)

        wrapper.calls = 0
        return wrapper

    return decorate


@traced('outer')
@traced('inner')
def add(a, b=1):
    """Adds."""
    return a + b


@functools.lru_cache(maxsize=None)
def fib(n):
    return n if n < 2 else fib(n - 1) + fib(n - 2)


@functools.singledispatch
def kind(x):
    return 'object'


@kind.register
def _(x: int):
    return 'int'


@contextlib.contextmanager
def entered(log):
    log.append('enter')
    try:
        yield log
    finally:
        log.append('exit')


@dataclasses.dataclass(order=True)
class Point:
    x: int
    y: int = 0
    tags: list = dataclasses.field(default_factory=list)

    @property
    def total(self):
        return self.x + self.y


@dataclasses.dataclass(frozen=True, slots=True)
class Frozen:
    name: str


class Colour(enum.Enum):
    RED = 1
    GREEN = 2

    @property
    def pretty(self):
        return self.name.lower()


class Access(enum.Flag):
    READ = enum.auto()
    WRITE = enum.auto()


Pair = collections.namedtuple('Pair', 'left right', defaults=[None])


class Typed(typing.NamedTuple):
    a: int
    b: str = 'b'

    def both(self):
        return '%s%s' % self


class Meta(type):
    def __new__(mcls, name, bases, namespace, **options):
        cls = super().__new__(mcls, name, bases, namespace)
        cls.options = options
        return cls


class Shape(abc.ABC):
    count = 0

    def __init__(self):
        type(self).count += 1

    @abc.abstractmethod
    def area(self):
        ...

    @property
    def description(self):
        return '%s of %s' % (type(self).__name__, self.area())


class Square(Shape):
    def __init__(self, side):
        super().__init__()
        self.side = side

    def area(self):
        return self.side ** 2

    @staticmethod
    def unit():
        return 'unit'


class Loud(Square):
    def area(self):
        return '%s!' % super().area()

    class Inner:
        where = 'nested class'


class WithMeta(metaclass=Meta, colour='blue'):
    pass


class Broken(Exception):
    def __init__(self, code, *more):
        super().__init__(code, *more)
        self.code = code


class Stack(list):
    def top(self):
        return self[-1]


class Descriptor:
    def __set_name__(self, owner, name):
        self.name = name

    def __get__(self, instance, owner):
        return 'described ' + self.name


class Described:
    field = Descriptor()
    __private = 'mangled'

    def private(self):
        return self.__private

    def __eq__(self, other):
        return isinstance(other, Described)

    __hash__ = None


type_alias = dict[str, Point]
square = Square(3)
add(0)
fib(20)


def target(conn, point, pair, colour):
    print('decorated:', add(1), add.calls, add.__name__, add.__doc__, add.__wrapped__(2))
    print('cache:', fib(30), kind(1), kind('s'))
    log = []
    with entered(log):
        log.append('body')
    print('context manager:', log)
    print('dataclass:', point, point == Point(1, 2, ['t']), point < Point(2), point.total)
    print('frozen:', Frozen('f'), hash(Frozen('f')) == hash(Frozen('f')), dataclasses.replace(point, x=9))
    print('enum:', colour, colour is Colour.GREEN, colour.pretty, Colour(1), list(Colour))
    print('flag:', Access.READ | Access.WRITE, Access.READ in Access(3))
    print('named tuples:', pair, Pair(1), Typed(1).both(), Typed(2) == (2, 'b'), pair._asdict())
    print('classes:', square.description, Loud(2).description, square.unit(), Shape.count, Square.count)
    print('inner:', Loud.Inner.where, Loud.Inner.__qualname__, Loud.__mro__[1].__name__)
    try:
        Shape()
    except TypeError as error:
        print('abstract:', str(error).split(' without')[0])
    print('meta:', WithMeta.options, type(WithMeta).__name__)
    try:
        raise Broken(7, 'x')
    except Broken as error:
        print('exception:', repr(error), error.code)
    print('list:', Stack([1, 2]).top(), 'descriptor:', Described.field, Described().private())
    print('equality:', Described() == Described(), type_alias, flush=True)
    conn.send([point, pair, colour, Frozen('g'), Stack([3]), Broken(8), Loud(4), Typed(5), Access.WRITE])


here, there = Pipe()
p = Process(target=target, args=(there, Point(1, 2, ['t']), Pair('l', 'r'), Colour.GREEN))
p.start()
for thing in here.recv():
    print(type(thing).__name__, thing if not isinstance(thing, Shape) else thing.description)
p.join()
print(p.exitcode, add.calls)
