"""`os._exit`: GraalPy 25.0.3's waits 0.3 s for threads that are in system calls."""
# Serves: the end of a process, before which Java has something to do

import operator
import os
import sys

import _polyproc
from _polyproc.compat.builtin_functions import builtin


def install():
    """Replaces the function of `os` and `posix`."""
    os._exit = sys.modules["posix"]._exit = _exit


@builtin("posix")
def _exit(module, /, status):
    """Ends this process at once with a status, without cleaning up."""
    _polyproc.runtime.halt(operator.index(status) & 0xFF)
