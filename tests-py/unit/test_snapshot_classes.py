"""Classes of the program, and what their machinery must not do again, in a forked child."""

import unittest

from test_snapshot_support import SnapshotTestCase, forked


class Classes(SnapshotTestCase):
    test_plain_class = forked('''
        class A:
            """About A."""
            count = 0
            items = []
            def __init__(self, x):
                self.x = x
            def get(self):
                return self.x
            @property
            def double(self):
                return 2 * self.x
            @double.setter
            def double(self, value):
                self.x = value / 2
            @classmethod
            def make(cls):
                return cls(0)
            @staticmethod
            def one():
                return 1
            class Inner:
                value = 3
            def __secret(self):
                return "secret"
            def tell(self):
                return self.__secret()
        A.count = 5
        A.items.append(1)
        A.added = lambda self: self.x
        a = A(4)
        a.me = a
        inner = A.Inner()
        def child():
            assert type(a) is A and a.get() == 4 and a.me is a and a.added() == 4
            assert A.count == 5 and A.items == [1] and A.__doc__ == "About A."
            a.double = 6
            assert a.double == 6 and a.x == 3 and A.double.fget is not None
            assert type(A.make()) is A and A.one() == 1 and a.tell() == "secret"
            assert A.Inner.value == 3 and type(inner) is A.Inner
            assert A.Inner.__qualname__ == "A.Inner" and A.__module__ == "__main__"
            assert A.get.__qualname__ == "A.get" and vars(A)["make"].__func__.__name__ == "make"
            A.count += 1
            assert a.count == 6
        ''')

    test_inheritance_and_super = forked("""
        class Base:
            def who(self):
                return ["Base"]
        class Left(Base):
            def who(self):
                return ["Left"] + super().who()
        class Right(Base):
            def who(self):
                return ["Right"] + super().who()
        class Both(Left, Right):
            def who(self):
                return ["Both"] + super().who() + [__class__.__name__]
        b = Both()
        def child():
            assert b.who() == ["Both", "Left", "Right", "Base", "Both"]
            assert Both.__mro__ == (Both, Left, Right, Base, object)
            assert Base.__subclasses__() == [Left, Right]
            assert isinstance(b, Base) and issubclass(Both, Right)
        """)

    test_local_and_run_time_classes = forked("""
        def make(n):
            class Local:
                number = n
                def get(self):
                    return n, __class__
            return Local
        One, Two = make(1), make(2)
        one = One()
        Made = type("Made", (One,), {"extra": 7})
        hidden = [type("Hidden", (), {})]
        thing = hidden[0]()
        def child():
            assert one.get() == (1, One) and Two().get() == (2, Two) and One is not Two
            assert Made.extra == 7 and Made().number == 1
            assert type(thing) is hidden[0] and One.__qualname__ == "make.<locals>.Local"
        """)

    test_cycles_between_classes_and_instances = forked("""
        class Registry:
            known = {}
        class Node(Registry):
            children = []
            partner = None
        class Leaf(Node):
            pass
        Registry.known["node"] = Node
        Node.partner = Leaf
        Node.root = Node()
        Node.root.leaf = Leaf()
        Node.children.append(Node.root.leaf)
        class Single(list):
            instance = None
        Single.instance = Single([1, 2])
        Single.instance.append(Single)
        single = [Single.instance]
        def child():
            assert Registry.known["node"] is Node and Node.partner is Leaf
            assert Node.children[0] is Node.root.leaf and type(Node.root) is Node
            assert single[0] is Single.instance and single[0] == [1, 2, Single]
        """)

    test_metaclasses_and_hooks_do_not_run_again = forked("""
        log = []
        class Meta(type):
            def __new__(meta, name, bases, space, **options):
                log.append("new " + name)
                return super().__new__(meta, name, bases, space)
            def __init__(cls, name, bases, space, **options):
                log.append("init " + name)
                super().__init__(name, bases, space)
            def __call__(cls, *args):
                log.append("call")
                return super().__call__(*args)
            def __setattr__(cls, name, value):
                log.append("set " + name)
                super().__setattr__(name, value)
            def __eq__(cls, other):
                return cls is other
            __hash__ = None
            @property
            def shout(cls):
                return cls.__name__.upper()
        class Descriptor:
            def __set_name__(self, owner, name):
                log.append("name " + name)
                self.name = name
            def __get__(self, instance, owner):
                return self.name
        class Base(metaclass=Meta):
            subclasses = []
            def __init_subclass__(cls, option=None, **rest):
                log.append("subclass " + cls.__name__)
                cls.option = option
                Base.subclasses.append(cls)
        class Derived(Base, option=3, other=4):
            described = Descriptor()
        before = list(log)
        def child():
            assert log == before, log
            assert type(Derived) is Meta and Derived.shout == "DERIVED"
            assert Derived.option is None and [cls is Derived for cls in Base.subclasses] == [True]
            assert Derived().described == "described"
            assert log == before + ["call"]
            class Another(Base):
                pass
            assert log[-4:] == ["new Another", "subclass Another", "set option", "init Another"]
            assert Base.__init_subclass__.__self__ is Base
        """)

    test_slots = forked("""
        import weakref
        class Point:
            __slots__ = ("x", "y", "__hidden", "__weakref__")
            def __init__(self, x, y):
                self.x, self.y, self.__hidden = x, y, "h"
            def hidden(self):
                return self.__hidden
        class Named(Point):
            __slots__ = {"name": "its name"}
        class Open(Point):
            pass
        class Single:
            __slots__ = "only"
        slots = Named.__slots__  # a list in GraalPy
        p, n, o = Point(1, 2), Named(3, 4), Open(5, 6)
        del p.y
        n.name = "n"
        o.more = 7
        reference = weakref.ref(p)
        def child():
            assert p.x == 1 and p.hidden() == "h" and not hasattr(p, "y") and reference() is p
            assert (n.x, n.y, n.name) == (3, 4, "n") and (o.x, o.more) == (5, 7)
            for each, name in ((p, "z"), (n, "more")):
                try:
                    setattr(each, name, 1)
                except AttributeError:
                    pass
                else:
                    assert False
            s = Single()
            s.only = 1
            assert Point.__slots__ == ("x", "y", "__hidden", "__weakref__")
            assert Named.__slots__ == slots and Single.__slots__ == "only"
            assert weakref.ref(p)() is p
        """)

    test_dataclasses = forked("""
        import dataclasses
        from dataclasses import dataclass, field
        @dataclass
        class Plain:
            a: int
            b: list = field(default_factory=list)
            c: int = field(default=3, repr=False, compare=False)
            total: dataclasses.InitVar[int] = 0
            def __post_init__(self, total):
                posts.append(total)
        posts = []
        @dataclass(frozen=True, order=True)
        class Frozen:
            x: int
            y: int = 2
        @dataclass(slots=True, kw_only=True)
        class Slotted(object):
            s: str = "s"
        @dataclass(frozen=True, slots=True)
        class Both:
            v: int
        plain, frozen, slotted, both = Plain(1, total=9), Frozen(1), Slotted(s="t"), Both(5)
        key = {frozen: "found"}
        def child():
            assert posts == [9] and plain == Plain(1) and len(posts) == 2
            assert repr(plain) == "Plain(a=1, b=[])" and plain.b is not Plain(1).b
            assert key[Frozen(1, 2)] == "found" and Frozen(1) < Frozen(2)
            try:
                frozen.x = 5
            except dataclasses.FrozenInstanceError:
                pass
            else:
                assert False
            assert slotted == Slotted(s="t") and both == Both(5) and not hasattr(both, "__dict__")
            assert [f.name for f in dataclasses.fields(Plain)] == ["a", "b", "c"]
            assert dataclasses.asdict(frozen) == {"x": 1, "y": 2}
            assert dataclasses.replace(frozen, y=3) == Frozen(1, 3)
            assert dataclasses.fields(Plain)[0].default is dataclasses.MISSING
            @dataclass
            class More(Plain):
                d: int = 4
            assert More(1).d == 4 and More(1).c == 3
        """)

    test_enums = forked("""
        import enum
        made = []
        class Color(enum.Enum):
            RED = 1
            GREEN = 2
            CRIMSON = 1
            def nice(self):
                return self.name.lower()
        class Level(enum.IntEnum):
            LOW = 1
            HIGH = enum.auto()
        class Mode(enum.Flag):
            R = 4
            W = 2
            RW = R | W
        class Word(str, enum.Enum):
            HELLO = "hello"
        class Planet(enum.Enum):
            EARTH = (3, 7)
            def __new__(cls, mass, radius):
                made.append(mass)
                member = object.__new__(cls)
                member._value_ = mass
                member.radius = radius
                return member
            @classmethod
            def _missing_(cls, value):
                return cls.EARTH
        class Auto(enum.StrEnum):
            ONE = enum.auto()
        red, high, both, odd = Color.RED, Level.HIGH, Mode.RW, Mode.R
        table = {Color.GREEN: [Color.RED]}
        def child():
            assert red is Color.RED is Color(1) is Color["RED"] is Color.CRIMSON
            assert Color.GREEN is not red and table[Color.GREEN][0] is red
            assert list(Color) == [Color.RED, Color.GREEN] and red.nice() == "red"
            assert high is Level.HIGH is Level(2) and high == 2 and Level.LOW < 2
            assert both is Mode.RW and Mode.R | Mode.W is both and odd in both and Mode(6) is both
            assert Word.HELLO == "hello" and Word("hello") is Word.HELLO
            assert Planet.EARTH.radius == 7 and Planet(99) is Planet.EARTH and made == [3]
            assert Auto.ONE == "one" and repr(red) == "<Color.RED: 1>"
            try:
                Color(5)
            except ValueError:
                pass
            else:
                assert False
            assert isinstance(red, Color) and len(Color) == 2 and "RED" in Color.__members__
        """)

    test_named_tuples_and_typing = forked("""
        import collections, typing
        from typing import Generic, NamedTuple, NewType, Optional, Protocol, TypedDict, TypeVar
        Point = collections.namedtuple("Point", "x y", defaults=[0])
        class Person(NamedTuple):
            name: str
            age: int = 1
            def greet(self):
                return "hi " + self.name
        T = TypeVar("T", bound=int)
        P = typing.ParamSpec("P")
        class Box(Generic[T]):
            def __init__(self, item: T):
                self.item = item
        class IntBox(Box[int]):
            pass
        class Movie(TypedDict, total=False):
            title: str
        class Closer(Protocol):
            def close(self): ...
        UserId = NewType("UserId", int)
        Alias = Optional[list[Box[int]]]
        union = int | Box
        p, person, box = Point(1), Person("Ann"), Box[int](5)
        def child():
            assert p == (1, 0) and p.x == 1 and p._replace(y=2) == Point(1, 2) and Point._fields == ("x", "y")
            assert p._asdict() == {"x": 1, "y": 0} and repr(p) == "Point(x=1, y=0)"
            assert person.greet() == "hi Ann" and person.age == 1 and type(person) is Person
            assert box.item == 5 and Box.__parameters__ == (T,) and IntBox(3).item == 3
            assert Movie(title="x") == {"title": "x"} and Movie.__annotations__ == {"title": str}
            assert UserId(3) == 3 and UserId.__name__ == "UserId" and UserId.__supertype__ is int
            assert Alias.__args__[0].__args__[0] == Box[int] and union.__args__ == (int, Box)
            assert T.__bound__ is int and T.__name__ == "T" and P.__name__ == "P"
            class Another(Box[T]):
                pass
            assert Another[int](1).item == 1
            assert typing.get_type_hints(Box.__init__)["item"] == T
        """)

    test_abstract_classes = forked("""
        import abc, collections.abc, numbers
        class Shape(abc.ABC):
            @abc.abstractmethod
            def area(self): ...
            @property
            @abc.abstractmethod
            def name(self): ...
        class Square(Shape):
            name = "square"
            def area(self):
                return 4
        @Shape.register
        class Blob:
            pass
        class Bag(collections.abc.Collection):
            def __contains__(self, x): return x == 1
            def __iter__(self): return iter([1])
            def __len__(self): return 1
        class Seq:
            pass
        collections.abc.Sequence.register(Seq)
        class Hooked(abc.ABC):
            @classmethod
            def __subclasshook__(cls, other):
                return hasattr(other, "hooked") or NotImplemented
        Square()
        bag = Bag()
        def child():
            try:
                Shape()
            except TypeError as e:
                assert "area" in str(e)
            else:
                assert False
            assert Square().area() == 4 and isinstance(Square(), Shape)
            assert issubclass(Blob, Shape) and not issubclass(int, Shape)
            assert isinstance(bag, collections.abc.Collection) and 1 in bag and len(bag) == 1
            assert issubclass(Seq, collections.abc.Sequence)
            class Has:
                hooked = 1
            assert issubclass(Has, Hooked) and not issubclass(int, Hooked)
            class New: pass
            Shape.register(New)
            assert issubclass(New, Shape) and Shape.__abstractmethods__ == {"area", "name"}
        """)

    test_exceptions = forked("""
        class Custom(Exception):
            def __init__(self, code, *, hint):
                super().__init__(f"code {code}")
                made.append(code)
                self.code, self.hint = code, hint
        made = []
        class Missing(KeyError):
            pass
        class System(OSError):
            pass
        custom = Custom(5, hint="h")
        try:
            raise Missing("k") from custom
        except Missing as e:
            missing = e
        system = System(2, "No such file", "name")
        plain = ValueError("v", 1)
        group = ExceptionGroup("g", [custom, plain])
        plain.add_note("noted")
        def child():
            assert made == [5] and str(custom) == "code 5" and custom.hint == "h"
            assert type(missing) is Missing and missing.args == ("k",)
            assert (system.errno, system.filename) == (2, "name") and isinstance(system, OSError)
            assert plain.args == ("v", 1) and plain.__notes__ == ["noted"]
            assert group.exceptions[0] is custom
            try:
                raise custom
            except Custom as e:
                assert e is custom
        """)

    test_subclasses_of_built_in_types = forked("""
        import collections, datetime, decimal, pathlib, threading
        class D(dict):
            def __init__(self, *args, **kw):
                log.append("init")
                super().__init__(*args, **kw)
            def __setitem__(self, key, value):
                log.append(self.name)
                super().__setitem__(key, value)
            def __missing__(self, key):
                return key
        class L(list):
            def append(self, x):
                log.append("append")
                super().append(x)
            def extend(self, x):
                log.append("extend")
                super().extend(x)
        class S(set):
            def __init__(self, *args):
                log.append("init S")
                super().__init__(*args)
        class I(int):
            def __new__(cls, x, unit):
                log.append("new I")
                self = super().__new__(cls, x)
                self.unit = unit
                return self
        class Str(str):
            pass
        class T(tuple):
            def __new__(cls, a, b):
                return super().__new__(cls, (a, b))
        class F(frozenset): pass
        class OD(collections.OrderedDict): pass
        class DD(collections.defaultdict): pass
        class Q(collections.deque): pass
        class C(collections.Counter): pass
        class U(collections.UserDict): pass
        class Day(datetime.date): pass
        class Dec(decimal.Decimal): pass
        class B(bytearray): pass
        log = []
        d = D(); d.name = "n"; d["k"] = 1; d["self"] = d
        l = L([1]); l.append(2); l.tag = "t"
        s = S([1, 2]); s.tag = "s"
        i = I(5, "m")
        values = [Str("a"), T(1, 2), F([1]), OD(a=1), DD(list, a=[1]), Q([1, 2], 5), C("aab"), U(a=1),
                  Day(2024, 1, 2), Dec("1.5"), B(b"x")]
        before = list(log)
        def child():
            assert log == before, log
            assert type(d) is D and dict(d)["k"] == 1 and d["self"] is d and d["zz"] == "zz" and d.name == "n"
            assert type(l) is L and l == [1, 2] and l.tag == "t"
            assert type(s) is S and s == {1, 2} and s.tag == "s"
            assert type(i) is I and i == 5 and i.unit == "m" and log == before
            names = [type(v).__name__ for v in values]
            assert names == ["Str", "T", "F", "OD", "DD", "Q", "C", "U", "Day", "Dec", "B"]
            assert values[0] == "a" and values[1] == (1, 2) and values[2] == {1}
            assert list(values[3].items()) == [("a", 1)] and values[4]["new"] == []
            assert list(values[5]) == [1, 2] and values[5].maxlen == 5 and values[6]["a"] == 2
            assert values[7]["a"] == 1 and values[8].year == 2024 and values[9] + 1 == decimal.Decimal("2.5")
            assert values[10] == b"x"
        """)

    test_descriptors_and_special_methods = forked("""
        class Typed:
            def __init__(self, kind):
                self.kind = kind
            def __set_name__(self, owner, name):
                self.name = "_" + name
            def __get__(self, instance, owner=None):
                return self if instance is None else getattr(instance, self.name)
            def __set__(self, instance, value):
                sets.append(value)
                setattr(instance, self.name, self.kind(value))
        sets = []
        class Meta(type):
            def __len__(cls):
                return 42
        class A(metaclass=Meta):
            size = Typed(int)
            def __getattr__(self, name):
                if name.startswith("__"):
                    raise AttributeError(name)
                return "dynamic " + name
            def __eq__(self, other):
                return isinstance(other, A)
            def __hash__(self):
                return 7
            def __getitem__(self, i):
                return i
            def __class_getitem__(cls, item):
                return cls, item
            def __bool__(self):
                return False
        class Strict:
            def __init__(self):
                object.__setattr__(self, "x", 1)
            def __setattr__(self, name, value):
                raise AttributeError("read-only")
        class StrictSlots:
            __slots__ = ("x",)
            def __init__(self):
                object.__setattr__(self, "x", 1)
            __setattr__ = Strict.__setattr__
        a = A()
        a.size = "3"
        keyed = {a: 1}
        strict, slots = Strict(), StrictSlots()
        def child():
            assert a.size == 3 and sets == ["3"] and A.size.kind is int and len(A) == 42
            assert a.foo == "dynamic foo" and a == A() and keyed[A()] == 1 and a[5] == 5 and not a
            assert A["k"] == (A, "k") and strict.x == 1 and slots.x == 1
            assert A.__hash__ is not None
        """)

    test_wrappers_that_delegate_attributes = forked("""
        import types
        class Wrapper:
            def __init__(self, wrapped):
                self.wrapped = wrapped
            def __getattr__(self, name):
                return getattr(self.wrapped, name)
        class Watched:
            def __init__(self):
                self.reads = 0
            def __getattribute__(self, name):
                if not name.startswith("_"):
                    object.__setattr__(self, "last", name)
                return object.__getattribute__(self, name)
        class Attributes(dict):
            __getattr__ = dict.__getitem__
            __setattr__ = dict.__setitem__
        class Slotted:
            __slots__ = ("inner",)
            def __init__(self, inner):
                self.inner = inner
            def __getattr__(self, name):
                return getattr(self.inner, name)
        wrapper, nested, number = Wrapper([1, 2]), Wrapper(Wrapper({"a": 1})), Wrapper(5)
        watched, attributes, slotted = Watched(), Attributes(x=1), Slotted("text")
        attributes.y = attributes
        def child():
            wrapper.append(3)
            assert wrapper.wrapped == [1, 2, 3] and number.real == 5 and nested.get("a") == 1
            assert watched.reads == 0 and watched.last == "last"
            assert attributes.x == 1 and attributes.y is attributes and slotted.upper() == "TEXT"
        """)

    test_singletons_made_by_new = forked("""
        class Single:
            instance = None
            def __new__(cls, *required):
                news.append(required)
                if not required:
                    raise TypeError("an argument is required")
                if cls.instance is None:
                    cls.instance = super().__new__(cls)
                return cls.instance
        news = []
        one = Single(1)
        one.value = 5
        def child():
            assert news == [(1,)] and one is Single.instance is Single(2) and one.value == 5
        """)

    test_pickle_methods_of_the_program = forked("""
        import copyreg
        class State:
            def __init__(self):
                self.keep, self.drop = 1, lambda: None
            def __getstate__(self):
                return {"keep": self.keep}
            def __setstate__(self, state):
                self.__dict__.update(state, restored=helper())
        class Reduce:
            def __init__(self, x):
                self.x = x
            def __reduce__(self):
                return rebuild, (self.x,)
        def rebuild(x):
            r = Reduce(x)
            r.rebuilt = helper()
            return r
        def helper():
            return CONSTANT
        CONSTANT = "constant"
        class Filled(list):
            def __reduce__(self):
                return make_filled, (), {"s": 1}, iter(self), iter([("k", 2)])
            def __setitem__(self, key, value):
                setattr(self, key, value)
        def make_filled():
            return Filled()
        filled = Filled([1, 2])
        class Global:
            def __init__(self):
                self.v = 1
            def __reduce__(self):
                return "GLOBAL"
        GLOBAL = Global()
        class NewArgs:
            def __new__(cls, a, *, k):
                self = object.__new__(cls)
                self.made = (a, k)
                return self
            def __getnewargs_ex__(self):
                return (1,), {"k": 2}
        class Registered:
            pass
        copyreg.pickle(Registered, lambda r: (Registered, ()))
        state, reduced, newargs, registered = State(), Reduce(3), NewArgs(1, k=2), Registered()
        def child():
            assert state.keep == 1
            assert reduced.x == 3
            assert GLOBAL.v == 1 and type(GLOBAL) is Global and newargs.made == (1, 2)
            assert type(registered) is Registered
            assert Registered in copyreg.dispatch_table
            import sys
            if "POLYPROC_TEST_ORACLE" not in __import__("os").environ:
                assert state.restored == "constant" and not hasattr(state, "drop")
                assert reduced.rebuilt == "constant"
                assert filled == [1, 2] and filled.s == 1 and filled.k == 2
        """)

    test_threads_processes_and_their_subclasses = forked("""
        import multiprocessing, threading
        class Worker(multiprocessing.Process):
            def __init__(self, items):
                super().__init__(name="worker", daemon=True)
                self.items = items
            def run(self):
                assert self.items is items and self.name == "worker" and self.daemon
                assert PROCESS is self
        class Task(threading.Thread):
            def __init__(self, n):
                super().__init__()
                self.n = n
            def run(self):
                done.append(self.n)
        items, done = [1], []
        finished = Task(1)
        finished.start()
        finished.join()
        waiting = Task(2)
        def run_more():
            waiting.start()
            waiting.join()
            assert done == [1, 2] and not finished.is_alive() and finished.n == 1
            finished.join()
        class Whole(Worker):
            def run(self):
                super().run()
                run_more()
        PROCESS = Whole(items)
        """)

    test_ctypes_structures = forked("""
        import ctypes
        class Point(ctypes.Structure):
            _fields_ = [("x", ctypes.c_int), ("y", ctypes.c_double)]
        size = ctypes.sizeof(Point)
        def child():
            p = Point(1, 2.5)
            assert p.x == 1 and p.y == 2.5 and ctypes.sizeof(Point) == size
        """)


if __name__ == "__main__":
    unittest.main()
