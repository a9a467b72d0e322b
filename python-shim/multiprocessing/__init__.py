"""`multiprocessing` for GraalPy: the standard library's, where processes are worker JVMs.

Modules that are not here come from the standard library: `__path__` continues into its folder.
"""

import os
import sys

from _polyproc.stdlib import load_stdlib, stdlib_folder

__path__.append(stdlib_folder("multiprocessing"))
# Where tools look for the package's files, and tell from it that it is the library's.
__file__ = os.path.join(__path__[-1], "__init__.py")

from . import context

_names = [x for x in dir(context._default_context) if not x.startswith("_")]
globals().update((name, getattr(context._default_context, name)) for name in _names)
# What only this package has is not in it: a program's `import *` gets the names that it knows.
__all__ = [x for x in _names if x not in ("WorkerLostError", "NodeLostError", "TaskTimeoutError")]

SUBDEBUG = 5
SUBWARNING = 25

if "__main__" in sys.modules:
    sys.modules["__mp_main__"] = sys.modules["__main__"]
