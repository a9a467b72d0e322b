"""Named resources that must not outlive the program: the standard library's, whose process is a shell here.

Shared memory is all that has a name; semaphores have none.
"""

import os
import sys

import _polyproc
import _posixshmem
from _polyproc.stdlib import load_stdlib

load_stdlib(globals())

_CLEANUP_FUNCS.pop("semaphore", None)
_CLEANUP_FUNCS["shared_memory"] = _posixshmem.shm_unlink
# Where processes are started here, SIGINT and SIGTERM are blocked already.
_HAVE_SIGMASK = False


class util:
    """What the standard library's `resource_tracker` uses of `util`."""

    @staticmethod
    def _args_from_interpreter_flags():
        return []

    @staticmethod
    def spawnv_passfds(path, args, passfds):
        """Starts the process that reads from the last of the descriptors."""
        from _polyproc.process.descriptors import call

        script = os.path.join(_polyproc.folder, "ipc", "tracker.sh")
        source = main.__code__.co_filename
        environment = [f"{name}={value}" for name, value in os.environ.items()]
        return int(
            call(
                "startHelper",
                "polyproc: resource tracker",
                ["/bin/sh", script, source, *(["silent"] if _is_silent() else [])],
                environment,
                passfds[-1],
            )
        )


def _is_silent():
    """Whether the options and variables of this Python suppress the tracker's warnings."""
    with warnings.catch_warnings(record=True) as shown:
        warnings.resetwarnings()
        try:
            warnings._processoptions(sys.warnoptions)
            warnings.warn("resource_tracker: There appear to be leaked objects")
        except UserWarning:
            pass
        return not shown


def adopt(fd, pid=None):
    """In a child: uses the tracker of its parent, at the other end of a descriptor."""
    _resource_tracker._fd = fd
    _resource_tracker._pid = pid
