"""What a process does before its image is written: each piece does its work, shows nothing and leaves nothing behind."""

import contextlib
import io
import linecache
import logging
import os
import sys
import threading
import unittest
import warnings

from _polyproc.warmup import everyday


def left_behind():
    """What a piece could leave."""
    return (
        len(os.listdir("/proc/self/fd")),
        threading.active_count(),
        sorted(linecache.cache),
        sorted(logging.root.manager.loggerDict),
        len(warnings.filters),
        sorted(sys.modules),
    )


class EverydayTest(unittest.TestCase):
    def test_pieces_show_nothing_and_leave_nothing(self):
        for _ in everyday.PIECES:
            everyday.step(briefly=True)  # imports what pieces need within functions
        for piece in everyday.PIECES:
            with self.subTest(piece=piece.__name__):
                before = left_behind()
                out = io.StringIO()
                with contextlib.redirect_stdout(out), contextlib.redirect_stderr(out):
                    piece()
                self.assertEqual("", out.getvalue())
                self.assertEqual(before, left_behind())

    def test_each_piece_is_there_once(self):
        self.assertEqual(len(everyday.PIECES), len(set(everyday.PIECES)))


if __name__ == "__main__":
    unittest.main()
