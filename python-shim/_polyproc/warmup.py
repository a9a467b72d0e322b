"""What a standby worker does before it is needed: imports, most needed first, in short steps."""

import importlib

_MODULES = (
    "pickle", "_polyproc.child", "threading", "signal", "multiprocessing", "multiprocessing.util",
    "_polyproc.snapshot", "multiprocessing.connection", "multiprocessing.queues",
    "multiprocessing.synchronize", "multiprocessing.pool", "multiprocessing.managers",
    "multiprocessing.spawn", "multiprocessing.heap", "multiprocessing.sharedctypes", "atexit",
)
_left = iter(_MODULES)


def step():
    """Imports one more module; returns whether there may be others."""
    name = next(_left, None)
    if name is None:
        return False
    importlib.import_module(name)
    return True
