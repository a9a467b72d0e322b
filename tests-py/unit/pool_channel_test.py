"""What a pool reads from a worker comes in pieces of any length."""

import os
import socket
import unittest
from multiprocessing.connection import Connection

from _polyproc.pool import protocol
from _polyproc.pool.channel import WorkerChannel
from _polyproc.pool.protocol import OUTCOME, RESULT, VALUES, frame_at, framed

_BODIES = b"", b"a", b"bc" * 500, b"d" * (1 << 18), b"e" * ((1 << 19) + 1)


def result(body):
    return framed(RESULT.pack(VALUES, 0.5), body)


class PoolLine(unittest.TestCase):
    def setUp(self):
        self.channel = WorkerChannel()
        self.addCleanup(self.channel.close)

    def split(self, data, step):
        """The bodies of all messages, when the data comes in steps."""
        bodies = []
        for at in range(0, len(data), step):
            for fields, body in self.channel._split(data[at : at + step]):
                self.assertEqual((VALUES, 0.5), fields)
                bodies.append(body)
        return bodies

    def test_pieces_of_any_length(self):
        data = b"".join(map(result, _BODIES[:3])) * 2
        for step in 1, 2, 3, 4, 5, 7, 13, 1000, len(data):
            self.assertEqual([*_BODIES[:3]] * 2, self.split(data, step), step)

    def test_long_messages(self):
        data = b"".join(map(result, _BODIES))
        for step in 1000, 1 << 16, (1 << 18) + 3, len(data):
            self.assertEqual([*_BODIES], self.split(data, step), step)

    def test_lengths_beyond_what_32_bits_hold(self):
        self.addCleanup(setattr, protocol, "_GREATEST", protocol._GREATEST)
        protocol._GREATEST = 20
        data = result(b"short") + result(b"longer than that")
        for step in 1, 3, 5, 11, len(data):
            self.assertEqual([b"short", b"longer than that"], self.split(data, step), step)
        length = (1 << 32) + 5
        header = protocol._GREAT_LENGTH.pack(-1, length)
        self.assertEqual((13, 13 + length), frame_at(b"x" + header, 1))
        self.assertIsNone(frame_at(b"x" + header[:-1], 1))

    def test_a_connection_speaks_the_same(self):
        with Connection(os.dup(self.channel._worker_fd)) as far:
            for body in _BODIES[:3]:
                far.send_bytes(RESULT.pack(OUTCOME, 1.5) + body)
            messages = []
            while len(messages) < 3:
                messages += self.channel.receive()
            self.assertEqual([((OUTCOME, 1.5), body) for body in _BODIES[:3]], messages)
            self.channel.send(framed(b"one", b"two"))
            self.assertEqual(b"onetwo", far.recv_bytes())

    def test_end_of_the_worker(self):
        with socket.socket(fileno=os.dup(self.channel._worker_fd)) as far:
            self.channel.hand_over()
            far.sendall(result(b"whole") + result(b"cut off")[:-1])
        self.assertEqual([((VALUES, 0.5), b"whole")], self.channel.receive())
        self.assertIsNone(self.channel.receive())


if __name__ == "__main__":
    unittest.main()
