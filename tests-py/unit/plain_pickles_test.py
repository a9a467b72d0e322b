"""Plain objects are pickled by Java, as the standard library's pickler would, and read from what that wrote."""

import io
import math
import multiprocessing
import pickle
import pickletools
import random
import threading
import unittest

import _polyproc

_FITS = 10000
"""So many bytes a pipe takes at once."""

_messages = _polyproc.runtime.messages()

_ATOMS = (
    0,
    1,
    255,
    256,
    65535,
    65536,
    -1,
    -(2**31),
    2**31 - 1,
    2**31,
    -(2**31) - 1,
    2**63 - 1,
    -(2**63) + 1,
    None,
    True,
    False,
    0.0,
    -0.0,
    1.5,
    math.pi,
    5e-324,
    math.inf,
    "",
    "a",
    "é€",
    "x" * 255,
    "x" * 256,
    "é" * 128,
    "a\0b",
    "x" * 60000,
    b"",
    b"\0\xff",
    b"x" * 255,
    b"x" * 256,
)
_CONTAINERS = (
    (),
    [],
    {},
    (1,),
    (1, 2),
    (1, 2, 3),
    _ATOMS[:-8],
    list(_ATOMS[:-8]),
    (1, (2, ("a", ()))),
    (1, {}),
    ("id", "method", (1, [2])),
    (7, "__setitem__", (3, 4), {}),
    [(1, "a"), (2, "b")],
    [[1], [2]],
    [{}, {}],
    tuple(range(32)),
    list(range(5000)),
    list(range(12345)),
    [1.5] * 100,
    [True, False],
    [b"a", b"b"],
    [2**40, 1],
    [None] * 3,
    ["a", 1, None],
    (b"x" * 1000,),
)
_OTHERS = (
    2**63,
    -(2**63) - 1,
    10**30,
    {1: 2},
    {1},
    1j,
    bytearray(b"a"),
    range(3),
    int,
    len,
    object(),
    "\ud800",
    "\ud83d\ude00",
    "😀",
    ["\udfff"],
    ["x" * 70000],
)


class Number(int):
    pass


class Row(list):
    pass


class Pair(tuple):
    pass


class Text(str):
    pass


class Content(bytes):
    pass


class Flag(float):
    pass


class Table(dict):
    pass


def received(data):
    """What a message of these bytes is received as: an object, or NotImplemented if it is not plain."""
    here, there = multiprocessing.Pipe()
    with here, there:
        if len(data) <= _FITS:
            here.send_bytes(data)
            return _messages.receive(there.fileno())
        sender = threading.Thread(target=here.send_bytes, args=(data,))
        sender.start()
        obj = _messages.receive(there.fileno())
        sender.join()
        return obj


def is_plain(data):
    """Whether it is received as an object at once."""
    if received(data) is NotImplemented:
        _messages.takeOutcome()
        return False
    return True


class PlainPickles(unittest.TestCase):
    def assertSame(self, expected, obj):
        self.assertEqual(repr(expected), repr(obj))
        self.assertIs(type(expected), type(obj))

    def check(self, obj):
        data = _messages.pickled(obj)
        self.assertIs(type(data), bytes)
        self.assertSame(obj, pickle.loads(data))
        pickletools.dis(data, out=io.StringIO())
        self.assertSame(obj, received(data))

    def test_atoms(self):
        for obj in _ATOMS:
            with self.subTest(repr(obj)[:50]):
                self.check(obj)

    def test_containers(self):
        for obj in _CONTAINERS:
            with self.subTest(repr(obj)[:50]):
                self.check(obj)

    def test_long_bytes(self):
        for length in 65536, 1 << 20, (1 << 20) + 1:
            content = bytes(range(256)) * (length // 256) + b"y" * (length % 256)
            self.assertEqual(content, pickle.loads(_messages.pickled(content)))
            self.assertEqual(content, received(pickle.dumps(content)))

    def test_nan(self):
        self.assertTrue(math.isnan(received(_messages.pickled(math.nan))))

    def test_lists_that_have_shrunk(self):
        items = list(range(100))
        del items[3:]
        self.check(items)
        items.append("text")
        self.check(items)
        items.clear()
        self.check(items)
        emptied = {1: 2}
        emptied.clear()
        self.assertSame({}, pickle.loads(multiprocessing.reduction.dumps(emptied)))

    def test_others(self):
        own = []
        own.append(own)
        twice = []
        pair = (1, 2)
        deep = grown = ()
        for _ in range(900):
            deep = (deep,)
        for _ in range(60):
            grown = (grown, grown)
        derived = Number(3), Row(), Pair((1, 2)), Text("a"), Content(b"a"), Flag(1.5), Table()
        for obj in (
            *_OTHERS,
            *derived,
            *([each] for each in derived),
            own,
            [twice, twice],
            (twice, 1, twice),
            [pair, pair],
            deep,
            grown,
            [[i] for i in range(100)],
            ["x" * 1000] * 100,
        ):
            with self.subTest(type(obj)):
                self.assertIsNone(_messages.pickled(obj))

    def test_pickles_of_others(self):
        """Of every protocol, and with a memo: what can't be read is left to the standard library."""
        own = [1]
        own.append(own)
        for obj in (*_ATOMS, *_CONTAINERS, *_OTHERS, own, [own[:1]] * 2, list(range(3000)), ["a"] * 10, {"a": [1]}):
            for protocol in range(pickle.HIGHEST_PROTOCOL + 1):
                for dumps in pickle.dumps, pickle._dumps:
                    with self.subTest(repr(obj)[:50], protocol=protocol, dumps=dumps):
                        try:
                            data = dumps(obj, protocol)
                        except (TypeError, ValueError, pickle.PicklingError):
                            continue
                        loaded = received(data)
                        if loaded is NotImplemented:
                            self.assertEqual(data, _messages.takeOutcome())
                        else:
                            self.assertSame(pickle.loads(data), loaded)

    def test_most_are_plain(self):
        """Such as CPython sends."""
        for obj in (1, "text", None, (1, 2), [1, 2], list(range(3000)), ("id", "incr", (), {}), ["a", "b"]):
            self.assertSame(obj, received(pickle._dumps(obj, 4)))

    def test_damaged(self):
        """Whatever is wrong, the standard library says so."""
        data = _messages.pickled([1, "text", (2.5, b"bytes"), {}])
        for cut in range(len(data)):
            self.assertFalse(is_plain(data[:cut]))
        for damaged in (
            b"\x80\x04.",
            b"\x80\x04t.",
            b"\x80\x04e.",
            b"\x80\x04(e.",
            b"\x80\x04a.",
            b"\x80\x04K\x01a.",
            b"\x80\x04\x86.",
            b"\x80\x04K\x01\x85",
            b"\x80\x04K\x01K\x02.",
            b"\x80\x04(((((((((((((((((t.",
            b"\x80\x04X\xff\xff\xff\xffa.",
            b"\x80\x04B\xff\xff\xff\x7fa.",
            b"\x80\x04\x8c\x01\xff.",
            b"\x80\x04K\x01(K\x02\x86.",
            b"\x80\x04](K\x01ee.",
            b"\x80\x04\x8a\x09123456789.",
            b"junk",
        ):
            with self.subTest(damaged):
                self.assertFalse(is_plain(damaged))

    def test_altered(self):
        """Some bytes of a pickle are others: an object is what the standard library finds, too."""
        random.seed(20261127)
        data = [
            pickle.dumps(obj, 4)
            for obj in (
                [1, "text", (2.5, b"bytes"), {}],
                ("id", "method", (1, [2]), {}),
                [True, None, 300, -1, 2**40, ()],
                list(range(40)),
            )
        ]
        data += [_messages.pickled(pickle.loads(each)) for each in data]
        plain = 0
        for _ in range(3000):
            altered = bytearray(random.choice(data))
            for _ in range(random.randint(1, 3)):
                at = random.randrange(len(altered))
                match random.randrange(4):
                    case 0:
                        altered[at] = random.randrange(256)
                    case 1:
                        altered[at] = random.choice(b"\x80\x94\x95.(NKMJG]at)}e\x85\x86\x87\x88\x8a\x8cCB")
                    case 2:
                        del altered[at]
                    case 3:
                        altered.insert(at, random.randrange(256))
                if not altered:
                    break
            altered = bytes(altered)
            loaded = received(altered)
            if loaded is NotImplemented:
                _messages.takeOutcome()
            else:
                plain += 1
                with self.subTest(altered):
                    self.assertSame(pickle.loads(altered), loaded)
        self.assertGreater(plain, 100)

    def test_handler_between(self):
        """A signal's handler receives a message when another one has come that is not plain."""
        outer, inner = pickle.dumps({1: 2}), pickle.dumps({3: 4})
        self.assertIs(NotImplemented, received(outer))
        self.assertIs(NotImplemented, received(inner))
        self.assertEqual(inner, _messages.takeOutcome())
        self.assertEqual(outer, _messages.takeOutcome())

    def test_not_while_others_change_it(self):
        """What another thread does to a list is seen before or after, as under CPython."""
        items = list(range(500))
        over = threading.Event()

        def turn():
            while not over.is_set():
                items.reverse()

        thread = threading.Thread(target=turn)
        thread.start()
        try:
            for _ in range(100):
                seen = pickle.loads(multiprocessing.reduction.dumps(items))
                self.assertIn(seen, (sorted(seen), sorted(seen, reverse=True)))
                self.assertEqual(500, len(set(seen)))
        finally:
            over.set()
            thread.join()


if __name__ == "__main__":
    unittest.main()
