"""What a standby worker imports before it is needed, most needed first, in short steps: all of it goes to the shelf."""

from _polyproc import shelf

_NEARLY_ALL = iter((
    "pickle", "_polyproc.child", "threading", "signal", "multiprocessing", "multiprocessing.util",
    "multiprocessing.popen_fork", "multiprocessing.connection", "multiprocessing.queues",
    "multiprocessing.synchronize"))
_SOME = iter((
    "multiprocessing.pool", "multiprocessing.managers", "multiprocessing.spawn",
    "multiprocessing.heap", "multiprocessing.sharedctypes", "concurrent.futures.process"))


def step(thoroughly=True):
    """Imports one more module that nearly all processes need, then if wanted those that some do.

    Returns whether there may be others.
    """
    name = next(_NEARLY_ALL, None) or (next(_SOME, None) if thoroughly else None)
    if name is None:
        return False
    shelf.import_ahead(name)
    return True
