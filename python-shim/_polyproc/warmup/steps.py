"""What is imported before it is needed, most needed first, in short steps: all of it is preloaded."""

import _polyproc
from _polyproc.warmup import preload

_LOOKS = 60
"""How often this process looks at itself."""

_NEARLY_ALL = iter(
    (
        "pickle",
        "_polyproc.process.child",
        "threading",
        "signal",
        "multiprocessing",
        "multiprocessing.util",
        "multiprocessing.popen_fork",
        "multiprocessing.connection",
        "multiprocessing.queues",
        "multiprocessing.synchronize",
    )
)
_SOME = iter(
    (
        "multiprocessing.pool",
        "multiprocessing.managers",
        "multiprocessing.spawn",
        "multiprocessing.heap",
        "multiprocessing.sharedctypes",
        "concurrent.futures.process",
        "_polyproc.observation.threads",
        "_polyproc.recording",
        "_polyproc.timeline",
        "_polyproc.progress",
        "_polyproc.cluster.child",
        "_polyproc.cluster.placing",
        "_polyproc.cluster.popen",
        "_polyproc.cluster.locks",
        "_polyproc.cluster.queues",
    )
)


def step(thoroughly: bool = True) -> bool:
    """Imports one more module that nearly all processes need, then if wanted those that some do.

    Returns whether there may be others.
    """
    name = next(_NEARLY_ALL, None) or (next(_SOME, None) if thoroughly else None)
    if name is None:
        return False
    preload.import_ahead(name)
    if name == "_polyproc.observation.threads":
        for _ in range(_LOOKS):  # what a call asks for comes at a safepoint, and so before the next one
            _polyproc.runtime.warmUpObservation()
    elif name == "_polyproc.timeline":
        _polyproc.runtime.recorder().warmUp()
    return True
