"""Objects of the standard library in a forked child."""

import unittest

from test_snapshot_support import SnapshotTestCase, forked


class Library(SnapshotTestCase):
    test_containers_and_values = forked("""
        import array, collections, datetime, decimal, fractions, ipaddress, pathlib, types, uuid
        values = {
            "deque": collections.deque([1, 2], maxlen=3), "default": collections.defaultdict(list, a=[1]),
            "ordered": collections.OrderedDict([("b", 1), ("a", 2)]), "counter": collections.Counter("aab"),
            "chain": collections.ChainMap({"a": 1}, {"b": 2}), "array": array.array("i", [1, 2]),
            "date": datetime.datetime(2024, 1, 2, tzinfo=datetime.timezone.utc),
            "decimal": decimal.Decimal("1.50"), "fraction": fractions.Fraction(1, 3),
            "path": pathlib.Path("/tmp") / "x", "uuid": uuid.UUID(int=5),
            "namespace": types.SimpleNamespace(a=[1]), "ip": ipaddress.ip_address("10.0.0.1"),
            "complex": 1 + 2j, "big": 10 ** 50, "frozen": frozenset([1, 2]), "range": range(1, 9, 2),
            "slice": slice(1, 2), "bytearray": bytearray(b"ab"), "ellipsis": ..., "not": NotImplemented,
            "text": "h\\u00e9\\U0001f600", "nested": [[(1, {2: {3}})]],
        }
        cycle = [1]
        cycle.append(cycle)
        pair = ([],)
        pair[0].append(pair)
        def child():
            v = values
            assert v["deque"].maxlen == 3 and list(v["deque"]) == [1, 2]
            assert v["default"]["x"] == [] and list(v["ordered"]) == ["b", "a"] and v["counter"]["a"] == 2
            assert v["chain"]["b"] == 2 and v["array"].tolist() == [1, 2]
            assert v["date"].tzinfo is datetime.timezone.utc and str(v["decimal"]) == "1.50"
            assert v["fraction"] * 3 == 1 and v["path"].name == "x" and v["uuid"].int == 5
            assert v["namespace"].a == [1] and str(v["ip"]) == "10.0.0.1"
            assert v["complex"].imag == 2 and v["big"] == 10 ** 50 and v["frozen"] == {1, 2}
            assert list(v["range"]) == [1, 3, 5, 7] and v["slice"] == slice(1, 2) and v["bytearray"] == b"ab"
            assert v["ellipsis"] is ... and v["not"] is NotImplemented
            assert v["text"] == "h\\u00e9\\U0001f600" and v["nested"][0][0][1] == {2: {3}}
            assert cycle[1] is cycle and pair[0][0] is pair
        """)

    test_types_as_values = forked("""
        import types, collections, re
        kinds = [int, type(None), type(...), type(NotImplemented), types.FunctionType, types.GeneratorType,
                 types.ModuleType, types.CodeType, types.MethodType, types.MappingProxyType,
                 type({}.keys()), type(iter([])), collections.OrderedDict, re.Pattern, type]
        def child():
            assert kinds[0] is int and kinds[1] is type(None) and kinds[4] is type(child)
            assert isinstance((x for x in ()), kinds[5]) and kinds[9] is types.MappingProxyType
            assert kinds[10] is type({}.keys()) and kinds[13] is re.Pattern and kinds[11] is type(iter([]))
        """)

    test_sentinels_and_singletons_of_modules = forked("""
        import dataclasses, inspect, logging, os, signal, sys, threading, unittest.mock
        missing, empty, environ, root = dataclasses.MISSING, inspect.Parameter.empty, os.environ, logging.root
        main_thread, log, term = threading.main_thread(), logging.getLogger("a.b"), signal.SIGTERM
        sentinel = unittest.mock.sentinel.thing
        def child():
            assert missing is dataclasses.MISSING and empty is inspect.Parameter.empty
            assert environ is os.environ and root is logging.root and log is logging.getLogger("a.b")
            assert main_thread is threading.main_thread() and term is signal.SIGTERM
            assert sentinel is unittest.mock.sentinel.thing
        """)

    test_locks_and_other_synchronization = forked("""
        import queue, threading
        lock, rlock, condition = threading.Lock(), threading.RLock(), threading.Condition()
        event, unset, semaphore = threading.Event(), threading.Event(), threading.Semaphore(3)
        bounded, barrier, tasks = threading.BoundedSemaphore(2), threading.Barrier(1), queue.Queue()
        simple, priority = queue.SimpleQueue(), queue.PriorityQueue()
        local = threading.local()
        local.x = [1]
        event.set()
        semaphore.acquire()
        tasks.put("t")
        class Account:
            def __init__(self):
                self.lock = lock
                self.condition = threading.Condition(lock)
        account = Account()
        class Mine(threading.local):
            z = 5
        mine = Mine()
        mine.y = 1
        def child():
            assert account.lock is lock
            with lock, rlock:
                with rlock:
                    pass
            assert lock.acquire(timeout=1)
            lock.release()
            with account.condition:
                account.condition.notify_all()
            with condition:
                assert not condition.wait(timeout=0.01)
            assert event.is_set() and not unset.is_set()
            assert semaphore.acquire(blocking=False) and semaphore.acquire(blocking=False)
            assert not semaphore.acquire(blocking=False)
            assert bounded.acquire() and barrier.wait() == 0
            assert tasks.get_nowait() == "t" and tasks.empty()
            tasks.put(1)
            simple.put(2)
            priority.put(3)
            assert tasks.get() == 1 and simple.get() == 2 and priority.get() == 3
            assert local.x == [1] and mine.y == 1 and mine.z == 5
            t = threading.Thread(target=lambda: None)
            t.start()
            t.join()
        """)

    test_mocks = forked("""
        import unittest.mock
        class Real:
            def method(self, a):
                return a
        mock = unittest.mock.Mock(spec=Real, return_value=3)
        magic = unittest.mock.MagicMock(name="m")
        magic.deep.attribute = 7
        magic.__len__.return_value = 4
        magic(1)
        def child():
            assert isinstance(mock, Real) and mock() == 3
            assert magic.deep.attribute == 7 and len(magic) == 4 and magic.call_count == 1
            magic.assert_called_once_with(1)
        """)

    test_executors = forked("""
        from concurrent.futures import ThreadPoolExecutor
        used, fresh = ThreadPoolExecutor(2), ThreadPoolExecutor(2)
        future = used.submit(lambda: 5)
        assert future.result() == 5
        used.shutdown()
        def child():
            assert future.result() == 5 and future.done()
            assert fresh.submit(lambda: 6).result(timeout=10) == 6
            fresh.shutdown()
        """)

    test_weak_references = forked("""
        import weakref
        class Thing:
            def m(self):
                return self
        kept, other = Thing(), Thing()
        gone = Thing()
        calls = []
        reference, dead = weakref.ref(kept), weakref.ref(gone)
        noticed = weakref.ref(other, calls.append)
        method = weakref.WeakMethod(kept.m)
        proxy = weakref.proxy(kept)
        kept.name = "kept"
        by_value = weakref.WeakValueDictionary(a=kept)
        by_key = weakref.WeakKeyDictionary({kept: 1})
        members = weakref.WeakSet([kept])
        cache = {"ref": reference}
        finalizer = weakref.finalize(kept, calls.append, "finalized")
        del gone
        import gc
        gc.collect()
        def child():
            assert reference() is kept and cache["ref"] is reference and noticed() is other
            assert method()() is kept and proxy.name == "kept"
            assert by_value["a"] is kept and by_key[kept] == 1 and kept in members and len(members) == 1
            t = Thing()
            by_value["t"], by_key[t] = t, 2
            members.add(t)
            assert len(by_value) == 2 and by_key[t] == 2 and len(members) == 2
        """)

    test_iterators_views_and_memory = forked("""
        import itertools, operator
        counter, cycle = itertools.count(5, 2), itertools.cycle("ab")
        next(counter), next(cycle)
        items = iter([1, 2, 3])
        next(items)
        numbers = enumerate("ab")
        zipped, mapped, chained = zip([1, 2], "ab"), map(str.upper, ["x"]), itertools.chain([1], [2])
        reverse = reversed([1, 2])
        d = {"a": 1}
        keys, values, pairs = d.keys(), d.values(), d.items()
        buffer = bytearray(b"abc")
        view, fixed = memoryview(buffer), memoryview(b"abcd")[1:3]
        ints = memoryview(bytearray(8)).cast("i")
        getter, attribute, caller = operator.itemgetter(1), operator.attrgetter("a.b"), operator.methodcaller("upper")
        def child():
            assert next(counter) == 7 and next(cycle) == "b" and list(items) == [2, 3]
            assert list(numbers) == [(0, "a"), (1, "b")] and list(zipped) == [(1, "a"), (2, "b")]
            assert list(mapped) == ["X"] and list(chained) == [1, 2] and list(reverse) == [2, 1]
            assert list(keys) == ["a"] and list(values) == [1] and list(pairs) == [("a", 1)]
            d["b"] = 2
            assert "b" in keys and ("b", 2) in pairs
            view[0] = 122
            assert buffer == b"zbc" and bytes(fixed) == b"bc" and ints.tolist() == [0, 0]
            assert getter("ab") == "b" and caller("a") == "A"
        """)

    test_proxies_show_the_dict_behind_them = forked("""
        import types
        d = {"a": 1}
        proxy = types.MappingProxyType(d)
        def child():
            d["b"] = 2
            assert dict(proxy) == {"a": 1, "b": 2} and type(proxy) is types.MappingProxyType
        """)

    test_context_variables = forked("""
        import contextvars
        plain = contextvars.ContextVar("plain")
        default = contextvars.ContextVar("default", default=[])
        plain.set(5)
        value = default.get()
        def child():
            assert plain.get() == 5
            assert default.get() is value
            token = plain.set(6)
            plain.reset(token)
            assert plain.get() == 5
            assert contextvars.copy_context()[plain] == 5
        """)

    test_closed_memory_streams = forked("""
        import io
        class Mine(io.StringIO):
            def __init__(self, needed):
                super().__init__("text")
        closed = [io.StringIO("a"), io.BytesIO(b"a"), Mine(1)]
        for each in closed:
            each.close()
        def child():
            for each in closed:
                assert each.closed
                try:
                    each.read()
                except ValueError:
                    pass
                else:
                    assert False, each
    """)

    test_text_and_byte_buffers = forked("""
        import io
        text, raw = io.StringIO("one\\ntwo"), io.BytesIO(b"abc")
        text.readline()
        raw.read(1)
        def child():
            assert text.read() == "two" and raw.read() == b"bc" and raw.getvalue() == b"abc"
        """)

    test_regular_expressions_randomness_and_more = forked("""
        import random, re, string, struct, json, textwrap, logging
        pattern = re.compile("(a)b", re.I)
        own = random.Random(5)
        own.random()
        expected = random.Random(5)
        expected.random()
        expected = expected.random()
        packer = struct.Struct("<i")
        template = string.Template("$x")
        encoder = json.JSONEncoder(indent=1)
        def child():
            assert pattern.match("AB").group(1) == "A" and own.random() == expected
            assert packer.pack(1) == b"\\1\\0\\0\\0" and template.substitute(x=1) == "1"
            assert encoder.encode([1]) == "[\\n 1\\n]"
        """)

    test_standard_streams_are_the_childs = forked("""
        import sys
        out, error, buffer = sys.stdout, sys.stderr, sys.stdout.buffer
        printers = [sys.stdout.write, print]
        def child():
            assert out is sys.__stdout__ and error is sys.__stderr__ and buffer is out.buffer
            assert printers[0].__self__ is out and printers[1] is print
        """)

    test_open_files = forked("""
        import os, tempfile
        name = __file__ + ".data"
        with open(name, "w") as file:
            file.write("line 1\\nline 2\\nline 3\\n")
        reader = open(name)
        reader.readline()
        binary = open(name, "rb")
        binary.seek(5)
        iterated = open(name)
        raw = open(name, "rb", buffering=0)
        shared = open(name + ".shared", "wb", buffering=0)
        shared.write(b"12")
        log = open(name + ".log", "a", buffering=1, encoding="latin-1")
        log.write("parent\\n")
        both = open(name, "r+b")
        closed = open(name)
        closed.close()
        read_end, write_end = os.pipe()
        pipe = os.fdopen(write_end, "wb", buffering=0)
        descriptors = {"again": reader}
        def child():
            assert reader.readline() == "line 2\\n" and descriptors["again"] is reader
            assert binary.read(1) == b"1" and next(iterated) == "line 1\\n" and raw.read(4) == b"line"
            assert log.encoding.lower().replace("iso8859-1", "latin-1") == "latin-1" and log.mode == "a"
            log.write("child \\u00e9\\n")
            log.close()
            with open(name + ".log", "rb") as file:
                assert file.read() == b"parent\\nchild \\xe9\\n"
            both.seek(5)
            both.write(b"9")
            both.close()
            assert closed.closed
            shared.write(b"34")
            with open(name + ".shared", "rb") as file:
                assert file.read() == b"1234"
            pipe.write(b"x")
            with open(name) as file:
                assert file.readline() == "line 9\\n"
        """)

    test_logging = forked("""
        import io, logging, sys
        stream = io.StringIO()
        logger = logging.getLogger("app")
        logger.handlers.clear()  # of an earlier run in this process
        handler = logging.StreamHandler(stream)
        handler.setFormatter(logging.Formatter("%(name)s:%(levelname)s:%(message)s"))
        logger.addHandler(handler)
        logger.setLevel(logging.DEBUG)
        logger.propagate = False
        class Only(logging.Filter):
            def filter(self, record):
                return "secret" not in record.msg
        logger.addFilter(Only())
        quiet = logging.getLogger("app.quiet")
        quiet.setLevel(logging.ERROR)
        to_stderr = logging.StreamHandler()
        to_file = logging.FileHandler(__file__ + ".log")
        logging.getLogger("file").addHandler(to_file)
        def child():
            logger.debug("hello")
            logger.debug("secret")
            quiet.info("no")
            quiet.error("yes")
            assert stream.getvalue() == "app:DEBUG:hello\\napp.quiet:ERROR:yes\\n", stream.getvalue()
            assert logging.getLogger("app") is logger and logger.handlers == [handler]
            assert to_stderr.stream is sys.stderr
            logging.getLogger("file").warning("w")
            with open(__file__ + ".log") as file:
                assert file.read() == "w\\n"
        """)

    test_objects_of_multiprocessing = forked("""
        import multiprocessing, multiprocessing.process
        other = multiprocessing.Process(target=print, args=(1,))
        context = multiprocessing.get_context("spawn")
        make_queue, make_process = multiprocessing.Queue, context.Process
        current = multiprocessing.current_process
        def child():
            assert other._args == (1,) and other.name.startswith("Process-")
            assert context.get_start_method() == "spawn"
            assert make_queue.__name__ == "Queue" and make_process is context.Process
        """)

    test_connections_and_sockets = forked("""
        import multiprocessing, socket
        near, far = multiprocessing.Pipe()
        left, right = socket.socketpair()
        left.sendall(b"queued")
        near.send("hello")
        def child():
            assert far.recv() == "hello" and right.recv(6) == b"queued"
            far.send("answer")
            assert near.recv() == "answer"
            left.close()
        """)

    test_partly_consumed_argument_parser = forked("""
        import argparse, configparser, string
        parser = argparse.ArgumentParser(prog="p")
        parser.add_argument("--n", type=int, default=1)
        options = parser.parse_args(["--n", "3"])
        config = configparser.ConfigParser()
        config.read_string("[a]\\nb = 1\\n")
        def child():
            assert options.n == 3 and parser.parse_args([]).n == 1
            assert config.getint("a", "b") == 1
        """)


if __name__ == "__main__":
    unittest.main()
