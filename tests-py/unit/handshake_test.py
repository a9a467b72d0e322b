"""A handshake ends, whatever the peer does. In CPython a silent peer stops `accept` for ever."""

import socket
import struct
import threading
import time
import unittest
from multiprocessing import AuthenticationError, connection


class Handshake(unittest.TestCase):
    def setUp(self):
        self.addCleanup(setattr, connection, "_HANDSHAKE_SECONDS", connection._HANDSHAKE_SECONDS)
        connection._HANDSHAKE_SECONDS = 1.0
        self.listener = connection.Listener(("localhost", 0), authkey=b"key")
        self.addCleanup(self.listener.close)

    def peer(self):
        peer = socket.create_connection(self.listener.address)
        self.addCleanup(peer.close)
        return peer

    def assert_gives_up(self):
        with self.assertRaisesRegex(AuthenticationError, "has not authenticated itself within 1 seconds"):
            self.listener.accept()

    def test_a_silent_peer_is_given_up(self):
        self.peer()
        self.assert_gives_up()

    def test_a_peer_that_sends_a_byte_now_and_then_is_given_up(self):
        peer = self.peer()
        ended = threading.Event()

        def drip():
            peer.sendall(struct.pack("!i", 200))
            while not ended.wait(0.1):
                peer.send(b"x")

        thread = threading.Thread(target=drip)
        thread.start()
        try:
            self.assert_gives_up()
        finally:
            ended.set()
            thread.join()

    def test_no_more_than_a_short_message_is_read(self):
        for length in 257, -1, -2, 2**31 - 1:
            with self.subTest(length):
                self.peer().sendall(struct.pack("!i", length) + b"x" * 300)
                with self.assertRaisesRegex(OSError, "bad message length"):
                    self.listener.accept()

    def test_a_peer_that_goes_away_is_noticed(self):
        self.peer().close()
        with self.assertRaises((EOFError, ConnectionResetError)):
            self.listener.accept()
        peer = self.peer()
        peer.sendall(b"\0\0")
        peer.shutdown(socket.SHUT_WR)
        with self.assertRaisesRegex(OSError, "end of file during message"):
            self.listener.accept()

    def test_a_client_waits_for_a_server_that_has_other_things_to_do(self):
        accepted = []

        def serve():
            time.sleep(1.5)
            with self.listener.accept() as there:
                accepted.append(there.recv())

        thread = threading.Thread(target=serve)
        thread.start()
        with connection.Client(self.listener.address, authkey=b"key") as here:
            here.send("late")
            thread.join()
        self.assertEqual(accepted, ["late"])

    def test_others_are_served_after_a_silent_peer(self):
        self.peer()
        received = []

        def call():
            with connection.Client(self.listener.address, authkey=b"key") as here:
                received.append(here.recv())

        thread = threading.Thread(target=call)
        thread.start()
        self.assert_gives_up()
        with self.listener.accept() as there:
            there.send("served")
            thread.join()
        self.assertEqual(received, ["served"])


if __name__ == "__main__":
    unittest.main()
