"""Plain objects are what they were after a pickle of our own; runs under any Python."""

import importlib.util
import io
import math
import os
import pickle
import pickletools
import unittest

_FILE = os.path.join(os.path.dirname(os.path.abspath(__file__)), "../../python-shim/_polyproc/plain_pickles.py")
_spec = importlib.util.spec_from_file_location("plain_pickles", _FILE)
plain_pickles = importlib.util.module_from_spec(_spec)
_spec.loader.exec_module(plain_pickles)

_ATOMS = (0, 1, 255, 256, -1, 65536, -2 ** 31, 2 ** 31 - 1, None, True, False, 0.0, -0.0, 1.5, math.inf, "", "a",
          "é€😀", "x" * 255, "\ud800", "a\0b", b"", b"\0\xff", b"x" * 255)
_OTHERS = (2 ** 31, -2 ** 31 - 1, 10 ** 30, "x" * 256, "é" * 128, {1: 2}, {1}, 1j, bytearray(b"a"), range(3), int, len,
           object(), [[1]], ([1], [2]), [{}], tuple(range(33)), list(range(33)), (b"x" * 256,), (1, (2, [3, []])))


class Subclass(int):
    pass


class PlainPickles(unittest.TestCase):

    def check(self, obj):
        data = plain_pickles.dumps(obj)
        self.assertIs(type(data), bytes)
        again = pickle.loads(data)
        self.assertEqual(repr(obj), repr(again))
        self.assertIs(type(obj), type(again))
        pickletools.dis(data, out=io.StringIO())
        return again

    def test_atoms(self):
        for obj in _ATOMS:
            with self.subTest(obj):
                self.check(obj)

    def test_long_bytes(self):
        for length in 256, 65536, 1 << 20:
            self.assertEqual(b"x" * length, pickle.loads(plain_pickles.dumps(b"x" * length)))

    def test_containers(self):
        for obj in ((), [], {}, _ATOMS, list(_ATOMS), (1, (2, ("a", ()))), ("id", "method", (1, [2]), ), (1, {}),
                    (7, "__setitem__", (3, 4), {}), [(1, "a"), (2, "b")], tuple(range(32))):
            with self.subTest(obj):
                self.check(obj)

    def test_nan(self):
        self.assertTrue(math.isnan(pickle.loads(plain_pickles.dumps(math.nan))))

    def test_others(self):
        own = []
        own.append(own)
        twice = []
        deep = grown = ()
        for _ in range(900):
            deep = (deep,)
        for _ in range(60):
            grown = (grown, grown)
        for obj in *_OTHERS, Subclass(3), own, (twice, twice), (twice, 1, {}), deep, grown:
            with self.subTest(type(obj)):
                self.assertIsNone(plain_pickles.dumps(obj))


if __name__ == "__main__":
    unittest.main()
