"""The checker of `tests-py/cluster` accepts what locks and queues may do, and nothing else."""

import math
import os
import sys
import unittest

sys.path.insert(0, os.path.join(os.path.dirname(os.path.dirname(os.path.abspath(__file__))), "cluster"))
from linearizability import Fifo, Mutex, Operation, histories, unexplained


def did(process, what, call, end, answer=True, argument=None):
    return Operation(process, what, argument, answer, call, end)


class MutexTest(unittest.TestCase):
    def check(self, *operations):
        return unexplained(operations, Mutex)

    def test_one_after_the_other(self):
        self.assertIsNone(
            self.check(
                did("a", "acquire", 0, 1), did("b", "acquire", 0, 4), did("a", "release", 2, 3), did("b", "release", 5, 6)
            )
        )

    def test_two_at_once(self):
        wrong = self.check(
            did("a", "acquire", 0, 1), did("b", "acquire", 1, 2), did("a", "release", 3, 4), did("b", "release", 3, 4)
        )
        self.assertEqual("acquire", wrong.what)

    def test_release_that_has_not_returned_may_have_happened(self):
        self.assertIsNone(
            self.check(did("a", "acquire", 0, 1), did("a", "release", 2, math.inf, None), did("b", "acquire", 3, 4))
        )

    def test_time_out_while_it_was_held(self):
        held = did("a", "acquire", 0, 1), did("a", "release", 4, 5)
        self.assertIsNone(self.check(*held, did("b", "acquire", 2, 3, False)))
        self.assertIsNotNone(self.check(*held, did("b", "acquire", 6, 7, False)))

    def test_passes_on_when_its_holder_has_died(self):
        self.assertIsNone(self.check(did("a", "acquire", 0, 1), did("a", "die", 2, math.inf, None), did("b", "acquire", 0, 3)))

    def test_passes_on_while_its_holder_lives(self):
        self.assertIsNotNone(
            self.check(
                did("a", "acquire", 0, 1),
                did("b", "acquire", 0, 3),
                did("a", "release", 4, 5),
                did("a", "die", 6, math.inf, None),
            )
        )


class FifoTest(unittest.TestCase):
    def check(self, *operations, size=0):
        return unexplained(operations, Fifo(size))

    @staticmethod
    def put(item, call, end, answer=True):
        return did("p", "put", call, end, answer, item)

    @staticmethod
    def get(item, call, end):
        return did("g", "get", call, end, item)

    def test_in_order(self):
        self.assertIsNone(self.check(self.put(1, 0, 1), self.put(2, 2, 3), self.get(1, 4, 5), self.get(2, 6, 7)))

    def test_out_of_order(self):
        self.assertIsNotNone(self.check(self.put(1, 0, 1), self.put(2, 2, 3), self.get(2, 4, 5), self.get(1, 6, 7)))

    def test_any_order_of_what_was_put_at_once(self):
        self.assertIsNone(self.check(self.put(1, 0, 3), self.put(2, 1, 2), self.get(2, 4, 5), self.get(1, 6, 7)))

    def test_twice(self):
        self.assertIsNotNone(self.check(self.put(1, 0, 1), self.get(1, 2, 3), self.get(1, 4, 5)))

    def test_lost(self):
        self.assertIsNotNone(self.check(self.put(1, 0, 1), self.get(None, 2, 3)))
        self.assertIsNotNone(self.check(self.put(1, 0, 1), self.put(2, 2, 3), self.get(2, 4, 5)))

    def test_put_that_has_not_returned_is_there_or_not(self):
        killed = did("k", "put", 0, math.inf, None, 1)
        self.assertIsNone(self.check(killed, self.put(2, 1, 2), self.get(1, 3, 4), self.get(2, 5, 6)))
        self.assertIsNone(self.check(killed, self.put(2, 1, 2), self.get(2, 3, 4), self.get(None, 5, 6)))

    def test_get_that_has_not_returned_may_have_taken_one(self):
        killed = did("k", "get", 2, math.inf, None)
        self.assertIsNone(self.check(self.put(1, 0, 1), self.put(2, 0, 1), killed, self.get(2, 3, 4)))
        self.assertIsNotNone(self.check(self.put(1, 0, 1), self.put(2, 2, 3), self.put(3, 4, 5), killed, self.get(3, 6, 7)))

    def test_limit(self):
        self.assertIsNone(self.check(self.put(1, 0, 1), self.put(2, 2, 3, False), size=1))
        self.assertIsNotNone(self.check(self.put(1, 0, 1), self.put(2, 2, 3), size=1))
        self.assertIsNotNone(self.check(self.put(1, 0, 1), self.put(2, 2, 3, False), size=2))


class HistoriesTest(unittest.TestCase):
    def test_those_that_were_killed(self):
        found = histories(
            [
                ("a", 1, "lock", "acquire", None, None),
                ("a", 2, "lock", "", None, True),
                ("a", 3, "queue", "get", None, None),
                ("b", 1, "queue", "put", 7, None),
                ("b", 2, "queue", "", None, True),
                ("b", 3, "", "end", None, None),
            ]
        )
        self.assertEqual([did("a", "acquire", 1, 2), did("a", "die", 3, math.inf, None)], found["lock"])
        self.assertEqual(
            [did("b", "put", 1, 2, True, 7), did("a", "get", 3, math.inf, None), did("a", "die", 3, math.inf, None)],
            found["queue"],
        )


if __name__ == "__main__":
    unittest.main()
