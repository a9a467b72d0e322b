# conformance: failing operations of built-in types and functions raise CPython's exceptions with CPython's messages
# options: -W ignore
"""Where GraalPy's messages differ they are not in here: docs/compatibility.md tells which do, and why."""

import re


def cases():
    l, d, t, s, b, ba = [], {}, (), "", b"", bytearray()
    yield lambda: [][0]
    yield lambda: [1].__setitem__(1, 2)
    yield lambda: []["x"]
    yield lambda: [1] + 2
    yield lambda: [1] * "a"
    yield lambda: [1].extend(1)
    yield lambda: [1, "a"].sort()
    yield lambda: [1, 2, 3].__setitem__(slice(None, None, 2), [1])
    yield lambda: [].insert("a", 1)
    yield lambda: list(1)
    yield lambda: {}[1]
    yield lambda: {}["a"]
    yield lambda: {}.__delitem__(1)
    yield lambda: {}.pop(1)
    yield lambda: {}.popitem()
    yield lambda: {[]: 1}
    yield lambda: dict(1)
    yield lambda: dict([1])
    yield lambda: dict([(1,)])
    yield lambda: {}.update(1)
    yield lambda: {} | 1
    yield lambda: set().remove(1)
    yield lambda: set().add([])
    yield lambda: set() | 1
    yield lambda: set(1)
    yield lambda: frozenset().add(1)
    yield lambda: ()[0]
    yield lambda: ()["a"]
    yield lambda: (1,).__setitem__(0, 1)
    yield lambda: (1,).index(2)
    yield lambda: (1,) + [1]
    yield lambda: ""["a"]
    yield lambda: "a" + 1
    yield lambda: 1 + "a"
    yield lambda: "a" * "b"
    yield lambda: "a" - 1
    yield lambda: "a".index("b")
    yield lambda: "a".rindex("b")
    yield lambda: "".join([1])
    yield lambda: "".join(1)
    yield lambda: "a".split("")
    yield lambda: "{}".format()
    yield lambda: "{a}".format()
    yield lambda: "{:d}".format("a")
    yield lambda: format(1, "q")
    yield lambda: format("a", "d")
    yield lambda: "%d" % "a"
    yield lambda: "%s %s" % 1
    yield lambda: "%s" % (1, 2)
    yield lambda: "%(a)s" % {}
    yield lambda: "%q" % 1
    yield lambda: "%(a)s" % 1
    yield lambda: "a".replace(1, 2)
    yield lambda: "a".startswith(1)
    yield lambda: 1 in "a"
    yield lambda: ord("ab")
    yield lambda: chr(-1)
    yield lambda: chr(0x110000)
    yield lambda: int("x")
    yield lambda: int("")
    yield lambda: int("1", 1)
    yield lambda: int(1, 2)
    yield lambda: int(float("nan"))
    yield lambda: int(float("inf"))
    yield lambda: float("x")
    yield lambda: complex("x")
    yield lambda: 1 / 0
    yield lambda: 1 // 0
    yield lambda: divmod(1, 0)
    yield lambda: 0 ** -1
    yield lambda: 0.0 ** -1
    yield lambda: pow(2, -1, 4)
    yield lambda: pow(2, 1, 0)
    yield lambda: 1 << -1
    yield lambda: 1j / 0
    yield lambda: float(10 ** 400)
    yield lambda: 10 ** 400 * 1.5
    yield lambda: (300).to_bytes(1, "big")
    yield lambda: (-1).to_bytes(1, "big")
    yield lambda: int.from_bytes(b"a", "x")
    yield lambda: float.fromhex("z")
    yield lambda: 1 < "a"
    yield lambda: None < 1
    yield lambda: (1)()
    yield lambda: None()
    yield lambda: None[0]
    yield lambda: exec("(1)[0]")
    yield lambda: iter(1)
    yield lambda: [x for x in 1]
    yield lambda: next(1)
    yield lambda: next(iter([]))
    yield lambda: len(1)
    yield lambda: abs("a")
    yield lambda: exec("a, b = 1,")
    yield lambda: exec("a, b = 1, 2, 3")
    yield lambda: exec("a, b = 1")
    yield lambda: exec("a, *b, c = [1]")
    yield lambda: undefined_name
    yield lambda: (1).nothing
    yield lambda: None.nothing
    yield lambda: setattr(1, "x", 1)
    yield lambda: setattr(object(), "x", 1)
    yield lambda: setattr(int, "x", 1)
    yield lambda: __import__("os").nothing
    yield lambda: [].apend
    yield lambda: __import__("nothing_here")
    yield lambda: exec("import os.nothing_here")
    def f(a, b=1, *, c): pass
    yield lambda: f()
    yield lambda: f(1)
    yield lambda: f(1, 2, 3, c=1)
    yield lambda: f(1, c=1, x=2)
    yield lambda: f(1, a=1, c=1)
    yield lambda: f(**1)
    yield lambda: f(**{1: 1})
    yield lambda: object(1)
    yield lambda: super()
    yield lambda: issubclass(1, int)
    yield lambda: type(1, 2)
    yield lambda: type("a", (int, str), {})
    yield lambda: type("a", (bool,), {})
    yield lambda: type("a", (object, int), {})
    yield lambda: range(1, 2, 0)
    yield lambda: range("a")
    yield lambda: range(3).index(7)
    yield lambda: [1]["a":]
    yield lambda: [1][::0]
    yield lambda: bytes(-1)
    yield lambda: bytes("a")
    yield lambda: b"a" + "a"
    yield lambda: b"a".index(b"b")
    yield lambda: bytes.fromhex("zz")
    yield lambda: bytearray(b"a").__setitem__(0, 300)
    yield lambda: bytearray(b"a").__setitem__(5, 1)
    yield lambda: bytearray(b"a").remove(3)
    yield lambda: memoryview(b"a")[1]
    yield lambda: memoryview(b"a").__setitem__(0, 1)
    yield lambda: memoryview(1)
    yield lambda: memoryview(b"abc").cast("I")
    yield lambda: memoryview(bytearray(b"a")).__setitem__(0, 300)
    yield lambda: memoryview(b"a")["a"]
    def m():
        v = memoryview(b"a"); v.release(); return v[0]
    yield m
    def g():
        yield 1
    def g1():
        x = g(); next(x); x.send(1); next(x)
    yield g1
    yield lambda: g().send(1)
    yield lambda: g().throw(1)
    def g3():
        def h(): next(x); yield 1
        x = h(); next(x)
    yield g3
    def g4():
        def h(): raise StopIteration; yield
        next(h())
    yield g4
    def dc():
        d = {1: 1}
        for k in d: d[k + 1] = 1
    yield dc
    def sc():
        s = {1}
        for k in s: s.add(k + 1)
    yield sc
    def fv():
        def i(): return y
        i(); y = 1
    yield fv
    yield lambda: exec("raise 1")
    yield lambda: exec("raise ValueError from 1")
    yield lambda: exec("try: 1/0\nexcept 1: pass")
    yield lambda: exec("with 1: pass")
    yield lambda: exec("assert 1 == 2, 'no'")
    yield lambda: compile("await 1", "x", "eval")
    yield lambda: compile("a b", "x", "eval")
    yield lambda: sum(["a"])
    yield lambda: sum("ab", "")
    yield lambda: max([])
    yield lambda: max(1)
    yield lambda: sorted(1)
    yield lambda: list(zip([1], [1, 2], strict=True))
    yield lambda: enumerate(1)
    yield lambda: reversed(1)
    yield lambda: round("a")
    yield lambda: hash([])
    yield lambda: open(1.5)
    yield lambda: open("/nonexistent/x")
    yield lambda: getattr(1, 2)
    yield lambda: vars(1)
    yield lambda: __import__("math").sqrt(-1)
    yield lambda: __import__("math").log(0)
    yield lambda: __import__("math").factorial(-1)
    yield lambda: __import__("math").exp(1000)
    yield lambda: (lambda f: f(f))(lambda f: f(f))
    yield lambda: __import__("json").loads("{")
    yield lambda: __import__("json").dumps(object)
    yield lambda: __import__("re").compile("(")
    yield lambda: __import__("collections").deque().pop()
    yield lambda: __import__("collections").OrderedDict().popitem()
    yield lambda: __import__("collections").namedtuple("A", "a a")
    yield lambda: __import__("array").array("i", ["a"])
    yield lambda: __import__("array").array("i").pop()
    yield lambda: __import__("enum").Enum("E", "A")("x")
    yield lambda: __import__("random").choice([])
    yield lambda: __import__("queue").Queue(1).get_nowait()
    yield lambda: __import__("pickle").loads(b"x")
    yield lambda: __import__("collections").deque()[0]
    yield lambda: __import__("weakref").ref(1)


for number, operation in enumerate(cases(), 1):
    try:
        print(number, operation())
    except BaseException as e:
        print(number, type(e).__name__, re.sub("0x[0-9a-f]+|\\(/.*\\)", "...", str(e)).replace("\n", " "))
