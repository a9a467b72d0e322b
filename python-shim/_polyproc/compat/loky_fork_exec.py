"""Stands for loky's module `backend.fork_exec`, as the later editions of loky do it: its own forks, and closes all files,
the JVM's among them, before it executes a program.
"""
# Serves: loky, whose own forks would be without the JVM's files

import os
import sys


def fork_exec(cmd, keep_fds, env=None):
    """Starts this Python with a command line, descriptors and more variables; returns the pid."""
    import _posixsubprocess

    variables = [os.fsencode(f"{name}={value}") for name, value in {**os.environ, **(env or {})}.items()]
    error_reader, error_writer = os.pipe()
    try:
        return _posixsubprocess.fork_exec(
            cmd,
            [os.fsencode(sys.executable)],
            True,
            tuple(sorted({*map(int, keep_fds), 1, 2})),
            None,
            variables,
            -1,
            -1,
            -1,
            -1,
            -1,
            -1,
            error_reader,
            error_writer,
            False,
            False,
            -1,
            None,
            None,
            None,
            -1,
            None,
            False,
        )
    finally:
        os.close(error_reader)
        os.close(error_writer)
