"""Functions, closures and generators in a forked child."""

import unittest

from test_snapshot_support import SnapshotTestCase, forked


class Functions(SnapshotTestCase):
    test_main_does_not_run_again = forked("""
        import os
        with open(__file__ + ".log", "a") as log:
            log.write("ran;")
        def child():
            assert __name__ == "__main__"
            assert open(__file__ + ".log").read() == "ran;"
            assert sys_main() is child
        def sys_main():
            import sys
            return sys.modules["__main__"].child
        """)

    test_globals_are_as_they_were_at_the_start = forked("""
        x = 1
        def set_x():
            global x
            x = 2
        set_x()
        text, number, nothing, flag, raw = "a", 1.5, None, True, b"b"
        def child():
            global x
            assert x == 2
            x = 3
            assert globals()["x"] == 3 and read() == 3
            assert (text, number, nothing, flag, raw) == ("a", 1.5, None, True, b"b")
        def read():
            return x
        """)

    test_an_object_in_two_places_is_one_object = forked("""
        shared = []
        holder = {"list": shared}
        ARGS = (shared, holder)
        KWARGS = {"again": shared}
        def child(first, second, again):
            assert first is shared is second["list"] is again
            assert second is holder
            first.append(1)
            assert holder["list"] == [1]
        """)

    test_a_namespace_stays_the_modules = forked("""
        import sys
        here = globals()
        def child():
            assert here is globals() is vars(sys.modules["__main__"])
            assert child.__globals__ is here
            here["new"] = 1
            assert new == 1
        """)

    test_lambdas = forked("""
        double = lambda x: 2 * x
        pair = [lambda: 1, lambda: 2]
        child = lambda: check(double(2) == 4, [f() for f in pair] == [1, 2])
        def check(*facts):
            assert all(facts)
        """)

    test_signature_and_attributes = forked('''
        import inspect
        def plain(a, /, b: int = 2, *rest, c=3, **others) -> str:
            """Says nothing."""
            return (a, b, rest, c, others)
        plain.mark = ["m"]
        plain.__name__ = "renamed"
        def undocumented():
            return "text"
        signature = str(inspect.signature(plain))
        def child():
            assert plain(1) == (1, 2, (), 3, {})
            assert plain(1, 5, 6, c=7, d=8) == (1, 5, (6,), 7, {"d": 8})
            assert str(inspect.signature(plain)) == signature
            assert plain.__doc__ == "Says nothing." and undocumented.__doc__ is None
            assert plain.__annotations__ == {"b": int, "return": str}
            assert plain.mark == ["m"] and plain.__name__ == "renamed"
            assert plain.__qualname__ == "plain" and plain.__module__ == "__main__"
            assert plain.__code__.co_name == "plain" and plain.__code__.co_filename == __file__
            assert undocumented.__code__.co_consts[-1] == "text"
        ''')

    test_mutable_defaults_keep_their_contents = forked("""
        def remember(x, seen=[]):
            seen.append(x)
            return seen
        remember(1)
        def keyword(*, seen={}):
            return seen
        keyword()["k"] = 1
        def child():
            assert remember(2) == [1, 2] and keyword() == {"k": 1}
        """)

    test_closures_share_their_variable = forked("""
        def counter():
            n = 10
            def up():
                nonlocal n
                n += 1
                return n
            def get():
                return n
            return up, get
        up, get = counter()
        up()
        other_up, other_get = counter()
        def child():
            assert get() == 11 and up() == 12 and get() == 12
            assert other_get() == 10
            assert up.__closure__[0] is get.__closure__[0]
            assert up.__closure__[0] is not other_up.__closure__[0]
            assert up.__qualname__ == "counter.<locals>.up"
        """)

    test_recursive_closures = forked("""
        def make():
            def factorial(n):
                return 1 if n < 2 else n * factorial(n - 1)
            def even(n):
                return n == 0 or odd(n - 1)
            def odd(n):
                return n != 0 and even(n - 1)
            return factorial, even
        factorial, even = make()
        def child():
            assert factorial(5) == 120
            assert even(10) and not even(7)
            assert factorial.__closure__[0].cell_contents is factorial
        """)

    test_empty_cells_stay_empty = forked("""
        def make():
            def late():
                return value
            if False:
                value = 1
            return late
        late = make()
        def child():
            try:
                late()
            except NameError as e:
                assert "value" in str(e)
            else:
                assert False
        """)

    test_a_function_in_its_own_default = forked("""
        def f(self=None):
            return self
        f.__defaults__ = (f,)
        def g(holder=[]):
            return holder
        g().append(g)
        def child():
            assert f() is f
            assert g()[0] is g
        """)

    test_nested_functions_and_comprehensions = forked("""
        def outer(k):
            def inner(n):
                return [k * i for i in range(n)], sum(i for i in range(n)), {i: k for i in range(1)}
            return inner(3)
        def child():
            assert outer(2) == ([0, 2, 4], 3, {0: 2})
        """)

    test_generator_functions = forked("""
        factor = 5
        def simple(n, *more, key=2):
            for i in range(n):
                yield i * factor * key
        def closing():
            total = 0
            def adder():
                nonlocal total
                while True:
                    received = yield total
                    if received is None:
                        return "done"
                    total += received
            return adder
        adder = closing()
        def delegating():
            result = yield from adder()
            yield result
        lazy = lambda: (yield 7)
        pair = [lambda: (yield 1), lambda: (yield 2)]
        def with_context():
            try:
                yield (x for x in "ab")
            finally:
                events.append("closed")
        events = []
        def child():
            assert list(simple(3)) == [0, 10, 20]
            assert list(simple(2, key=1)) == [0, 5]
            g = delegating()
            assert next(g) == 0 and g.send(4) == 4 and g.send(5) == 9
            assert g.send(None) == "done"
            assert next(lazy()) == 7 and [next(f()) for f in pair] == [1, 2]
            w = with_context()
            assert list(next(w)) == ["a", "b"]
            w.close()
            assert events == ["closed"]
            import inspect
            assert inspect.isgeneratorfunction(simple) and not inspect.isgeneratorfunction(child)
        """)

    test_code_that_has_run_hot = forked("""
        def hot(n):
            total = 0
            for i in range(n):
                total += i * 2 if i % 3 else len(str(i))
            return total
        def lazily(n):
            for i in range(n):
                yield hot(i)
        class Point:
            def __init__(self, x):
                self.x = x
            def move(self, d):
                self.x += d
                return self
        for i in range(3000):
            result = hot(50), sum(lazily(20)), Point(1.5).move(i).x
        def child():
            for i in range(300):
                again = hot(50), sum(lazily(20)), Point(1.5).move(2999).x
            assert again == result
            assert hot("x".__len__()) == 1 and Point("a").move("b").x == "ab"
        """)

    test_coroutines_and_asynchronous_generators = forked("""
        async def twice(x):
            return 2 * x
        async def numbers(n):
            for i in range(n):
                yield await twice(i)
        async def collect():
            return [x async for x in numbers(3)], [await twice(x) for x in (1, 2)]
        class Manager:
            async def __aenter__(self):
                return self
            async def __aexit__(self, *_):
                log.append("exit")
        log = []
        async def use():
            async with Manager():
                return __class__ if False else "used"
        def run(coroutine):
            try:
                coroutine.send(None)
            except StopIteration as e:
                return e.value
        def child():
            assert run(collect()) == ([0, 2, 4], [2, 4])
            assert run(use()) == "used" and log == ["exit"]
        """)

    test_generator_methods_know_their_class = forked("""
        class Base:
            def items(self):
                yield "base"
        class Derived(Base):
            def __init__(self):
                self.__secret = 3
            def items(self):
                yield from super().items()
                yield __class__
                yield self.__secret
            async def later(self):
                return super().items
        def child():
            assert list(Derived().items()) == ["base", Derived, 3]
        """)

    test_tracebacks_show_file_line_and_text = forked("""
        import traceback
        def plain():
            return 1 / 0  # here in plain
        def generator():
            def inner():
                def innermost():
                    yield 1 / 0  # here in innermost
                yield from innermost()
            yield from inner()
        def trace(f):
            try:
                f()
            except ZeroDivisionError:
                return traceback.format_exc()
        def child():
            text = trace(plain)
            assert f'File "{__file__}", line 3, in plain' in text and "here in plain" in text, text
            text = trace(lambda: list(generator()))
            for line, name in ((9, "generator"), (8, "inner"), (7, "innermost")):
                assert f'File "{__file__}", line {line}, in {name}' in text, text
            assert "here in innermost" in text, text
        """)

    test_functions_made_by_exec = forked("""
        import sys
        space = {}
        exec("x = 1\\ndef f():\\n    return x\\ndef g():\\n    yield x", space)
        f, g = space["f"], space["g"]
        def child():
            assert f() == 1 and list(g()) == [1]
            space["x"] = 2
            assert f() == 2 and list(g()) == [2]
            assert f.__globals__ is space is g.__globals__
            exec("y = len('ab')", space)
            assert space["y"] == 2
        """)

    test_decorated_functions = forked("""
        import functools
        calls = []
        def traced(f):
            @functools.wraps(f)
            def wrapper(*args):
                calls.append(f.__name__)
                return f(*args)
            return wrapper
        @traced
        @traced
        def add(a, b):
            "Adds."
            return a + b
        def child():
            assert add(1, 2) == 3 and calls == ["add", "add"]
            assert add.__doc__ == "Adds." and add.__wrapped__.__wrapped__(1, 1) == 2
            assert add.__name__ == "add"
        """)

    test_caches_singledispatch_and_partials = forked("""
        import functools, contextlib, operator
        @functools.lru_cache(maxsize=7)
        def fib(n):
            return n if n < 2 else fib(n - 1) + fib(n - 2)
        @functools.cache
        def cached():
            return object()
        class Holder:
            @functools.lru_cache(maxsize=None, typed=True)
            def method(self, x):
                return x
            @functools.cached_property
            def lazy(self):
                return [1]
            partial = functools.partialmethod(lambda self, a, b: (a, b), 1)
        @functools.singledispatch
        def show(x):
            return "other"
        @show.register
        def _(x: int):
            return "int"
        @show.register(list)
        def _(x):
            return "list"
        part = functools.partial(max, 3, key=operator.neg)
        @contextlib.contextmanager
        def managed(log):
            log.append("in")
            yield 5
            log.append("out")
        def child():
            assert fib(20) == 6765 and fib.cache_parameters()["maxsize"] == 7
            assert cached() is cached() and fib.__wrapped__(1) == 1
            h = Holder()
            assert h.method(3) == 3 and h.lazy is h.lazy and h.partial(2) == (1, 2)
            assert (show(1), show([]), show("")) == ("int", "list", "other")
            assert show.registry[int](1) == "int"
            assert part(2, 5) == 2
            log = []
            with managed(log) as x:
                assert x == 5
            assert log == ["in", "out"]
        """)

    test_bound_and_builtin_methods = forked("""
        import itertools, math, os.path
        class A:
            def m(self):
                return self
            @classmethod
            def c(cls):
                return cls
            @staticmethod
            def s():
                return "s"
        a = A()
        bound, class_bound, static = a.m, A.c, A.s
        values = [1]
        append, upper, add, length, new = values.append, str.upper, int.__add__, [1, 2].__len__, tuple.__new__
        sine, join, chain = math.sin, os.path.join, itertools.chain.from_iterable
        from_keys = dict.fromkeys
        def child():
            assert bound() is a and class_bound() is A and static() == "s"
            append(2)
            assert values == [1, 2] and upper("a") == "A" and add(1, 2) == 3 and length() == 2
            assert sine is math.sin and join is os.path.join and list(chain([[1], [2]])) == [1, 2]
            assert from_keys("a") == {"a": None} and new(tuple, (1,)) == (1,)
        """)

    test_code_and_cells_as_values = forked("""
        import types
        def f():
            return g()
        def g():
            return 4
        code = f.__code__
        cell = types.CellType([1])
        empty = types.CellType()
        def child():
            assert types.FunctionType(code, globals())() == 4
            assert cell.cell_contents == [1]
            try:
                empty.cell_contents
            except ValueError:
                pass
            else:
                assert False
        """)

    test_the_target_may_be_anything_callable = forked("""
        import functools
        class Target:
            def __init__(self, seen):
                self.seen = seen
            def __call__(self, x):
                assert x is marker and self.seen is marker
        marker = ["m"]
        ARGS = (marker,)
        child = functools.partial(Target(marker).__call__)
        """)

    test_generic_functions_of_python_3_12 = forked("""
        def first[T](items: list[T]) -> T:
            return items[0]
        class Box[T]:
            def __init__(self, value: T):
                self.value = value
        type Pair[A] = tuple[A, A]
        parameter = first.__type_params__[0]
        def child():
            assert first([3]) == 3 and first.__type_params__ == (parameter,)
            assert parameter.__name__ == "T" and Box[int](2).value == 2
            assert Pair.__value__.__origin__ is tuple
        """)


if __name__ == "__main__":
    unittest.main()
