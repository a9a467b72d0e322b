"""What cannot be carried raises at its use, and says what it is."""

import unittest

from test_snapshot_support import SnapshotTestCase, forked

_EXPECT = """
        def expect(part, use):
            try:
                use()
            except RuntimeError as e:
                assert part in str(e), str(e)
                assert "could not be carried into the child process" in str(e), str(e)
            else:
                assert False, "nothing was raised"
        """


def unavailable(text, files=None):
    return forked(_EXPECT + text, files, snapshot_only=True)


class Placeholders(SnapshotTestCase):
    test_every_use_names_the_variable = unavailable("""
        gen = (i for i in range(3))
        def child():
            uses = [lambda: next(gen), lambda: list(gen), lambda: gen.send(1), lambda: gen(), lambda: len(gen),
                    lambda: gen[0], lambda: gen + 1, lambda: 1 + gen, lambda: -gen, lambda: 1 in gen,
                    lambda: bool(gen), lambda: gen == 1, lambda: gen < 1, lambda: str(gen), lambda: int(gen),
                    lambda: gen.__enter__(), lambda: setattr(gen, "x", 1), lambda: delattr(gen, "x"),
                    lambda: f"{gen}", lambda: gen.__next__, lambda: gen.__iadd__(1), lambda: abs(gen)]
            for use in uses:
                expect("global variable 'gen' of __main__", use)
            expect("cannot pickle 'generator' object", lambda: next(gen))
            try:
                with gen:
                    pass
            except RuntimeError as e:
                assert "'gen'" in str(e)
            assert "'gen'" in repr(gen) and gen is gen and gen is not None
            assert type(gen).__name__ == "Unavailable"
            assert {gen: 1}[gen] == 1
        """)

    test_names_say_where_a_value_is = unavailable("""
        import threading
        def make():
            hidden = (i for i in ())
            def f():
                return hidden
            return f
        f = make()
        nested = {"a": [1, (i for i in ())]}
        class Holder:
            pass
        holder = Holder()
        holder.part = (i for i in ())
        Holder.shared = (i for i in ())
        def default(x=(i for i in ())):
            return x
        def child():
            expect("global variable 'nested' of __main__, at ['a'][1],", lambda: next(nested["a"][1]))
            expect("global variable 'holder' of __main__, at part,", lambda: next(holder.part))
            expect("closure variable 'hidden' of make.<locals>.f", lambda: next(f()))
            expect("global variable 'Holder' of __main__, at shared,", lambda: next(Holder.shared))
            expect("global variable 'default' of __main__", lambda: next(default()))
            assert nested["a"][0] == 1
        """)

    test_arguments_and_attributes_of_the_process = unavailable("""
        import multiprocessing
        def child(first, second, *, key):
            assert first == 1
            expect("argument 2 of target 'child'", lambda: next(second))
            expect("argument 'key' of target 'child'", lambda: next(key["x"]))
            expect("attribute 'extra' of the process object", lambda: next(PROCESS.extra))
        PROCESS = multiprocessing.Process(target=child, args=(1, (i for i in ())),
                                          kwargs={"key": {"x": (i for i in ())}})
        PROCESS.extra = (i for i in ())
        """)

    test_values_that_resist_inspection = unavailable("""
        import weakref
        class Hostile:
            @property
            def __class__(self):
                raise ValueError("no class for you")
            def __getattr__(self, name):
                raise ValueError("nothing")
            def __eq__(self, other):
                raise ValueError("not comparable")
            __hash__ = None
        class Thing:
            pass
        thing = Thing()
        dead = weakref.proxy(thing)
        del thing
        import gc
        gc.collect()
        hostile = [Hostile()]
        gone = (i for i in ())
        def child():
            expect("global variable 'gone'", lambda: next(gone))
            assert type(hostile[0]) is Hostile
            try:
                dead.x
            except (ReferenceError, RuntimeError):
                pass
            else:
                assert False
        """)

    test_in_a_module_of_the_program = unavailable(
        """
        import state
        def child():
            expect("global variable 'cursor' of state", lambda: next(state.cursor))
            assert state.fine == 1
        """,
        {"state.py": "cursor = (i for i in ())\nfine = 1\n"},
    )

    test_failing_pickle_methods = unavailable("""
        class BadReduce:
            def __reduce__(self):
                raise ValueError("not me")
        class BadState:
            def __getstate__(self):
                raise KeyError("secret")
        class Odd:
            def __reduce__(self):
                return 5
        class BadItems:
            def __reduce__(self):
                def items():
                    yield 1
                    raise ValueError("half way")
                return list, (), None, items()
        values = [BadReduce(), BadState(), Odd(), BadItems(), "fine"]
        def child():
            expect("not me", lambda: values[0].x)
            expect("secret", lambda: values[1].x)
            expect("__reduce__ must return", lambda: values[2].x)
            expect("half way", lambda: values[3].x)
            assert values[4] == "fine"
        """)

    test_failures_in_the_child_stay_local = unavailable("""
        import os
        parent = os.getpid()
        def in_child():
            if os.getpid() != parent:
                raise ValueError("only in the parent")
        class BadSetState:
            def __getstate__(self):
                return {"x": 1}
            def __setstate__(self, state):
                in_child()
        def rebuild():
            in_child()
        class BadRebuild:
            def __reduce__(self):
                return rebuild, (), {"state": 1}
        bad = BadSetState()
        worse = BadRebuild()
        fine = [1]
        def child():
            expect("BadSetState.__setstate__() failed in the child with ValueError: only in the parent",
                   lambda: bad.x)
            expect("rebuild() failed in the child with ValueError: only in the parent", lambda: worse.x)
            assert fine == [1]
        """)

    test_kinds_that_cannot_travel = unavailable("""
        import re, socket, sys, hashlib, multiprocessing.pool
        from concurrent.futures import ProcessPoolExecutor
        executor = ProcessPoolExecutor(1)
        closed = socket.socket()
        closed.close()
        frame = sys._getframe()
        match = re.match("(a)", "a")
        class FakePool(multiprocessing.pool.Pool):
            def __init__(self): pass
            def __del__(self): pass
        pool = FakePool()
        async def coroutine_function():
            pass
        coroutine = coroutine_function()
        coroutine.close()
        def child():
            expect("'frame'", lambda: frame.f_code)
            expect("serves only the process that made it", lambda: executor.submit)
            expect("pool objects cannot be passed between processes or pickled", lambda: pool.map)
            expect("'coroutine'", lambda: coroutine.send(None))
        """)

    test_deep_structures_travel = forked("""
        class Node:
            def __init__(self, next):
                self.next = next
        chain = None
        for i in range(3000):
            chain = Node(chain)
        def child():
            n, node = 0, chain
            while node is not None:
                n, node = n + 1, node.next
            assert n == 3000
        """)

    test_what_is_too_deep_is_the_only_thing_missing = unavailable("""
        deep = []
        for i in range(200_000):
            deep = [deep]
        fine = [1]
        def child():
            expect("global variable 'deep' of __main__", lambda: deep[0])
            assert fine == [1]
        """)

    test_a_placeholder_can_be_carried_on = unavailable("""
        from _polyproc.snapshot.program import capture, restore
        gone = (i for i in ())
        def child():
            from multiprocessing import reduction
            import multiprocessing, sys
            multiprocessing.context.set_spawning_popen(object())
            try:
                data = capture(multiprocessing.Process(), reduction.ForkingPickler)
            finally:
                multiprocessing.context.set_spawning_popen(None)
            process = restore(data)
            again = sys.modules["__main__"].gone
            assert again is not gone
            expect("global variable 'gone' of __main__", lambda: next(again))
        """)


if __name__ == "__main__":
    unittest.main()
