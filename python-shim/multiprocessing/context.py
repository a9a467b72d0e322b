"""Contexts: the three start methods of CPython on Linux, each realised by worker JVMs."""

import _polyproc
from _polyproc.stdlib import load_stdlib

load_stdlib(globals())


class WorkerLostError(ProcessError):
    """A pool's worker ended while it had a task, or all end before they are ready.

    pid: the worker's; exitcode: its exit status or the negative number of the signal that killed it;
    task: the task in words, or None.
    """

    def __init__(self, message="", pid=None, exitcode=None, task=None):
        super().__init__(message)
        self.pid = pid
        self.exitcode = exitcode
        self.task = task

    @property
    def signal(self):
        """The name of the signal that killed it, or None."""
        if self.exitcode is None or self.exitcode >= 0:
            return None
        import signal

        try:
            return signal.Signals(-self.exitcode).name
        except ValueError:
            return str(-self.exitcode)

    def __reduce__(self):
        return type(self), (*self.args, self.pid, self.exitcode, self.task)


class NodeLostError(WorkerLostError):
    """The same where the whole node of a cluster is lost on which it ran, or this one is to the cluster.

    node: its name.
    """

    def __init__(self, message="", pid=None, exitcode=None, task=None, node=None):
        super().__init__(message, pid, exitcode, task)
        self.node = node

    def __reduce__(self):
        return type(self), (*self.args, self.pid, self.exitcode, self.task, self.node)


class TaskTimeoutError(TimeoutError):
    """A task of a pool took longer than it may.

    pid: of the worker, which was ended; timeout: the limit in seconds; task: the task in words.
    """

    def __init__(self, message="", pid=None, timeout=None, task=None):
        super().__init__(message)
        self.pid = pid
        self.timeout = timeout
        self.task = task

    def __reduce__(self):
        return type(self), (*self.args, self.pid, self.timeout, self.task)


def _pool(self, processes=None, initializer=None, initargs=(), maxtasksperchild=None, *, task_timeout=None, retries=0):
    """Returns a process pool object; task_timeout: how many seconds a task may take; retries: how often a
    task that was lost with its worker is done again."""
    from .pool import Pool

    return Pool(
        processes,
        initializer,
        initargs,
        maxtasksperchild,
        context=self.get_context(),
        task_timeout=task_timeout,
        retries=retries,
    )


_pool.__name__ = "Pool"
BaseContext.Pool = _pool
BaseContext.WorkerLostError = WorkerLostError
BaseContext.NodeLostError = NodeLostError
BaseContext._is_of_cluster = False
BaseContext.TaskTimeoutError = TaskTimeoutError


def _fork(process_obj):
    from .popen_fork import Popen

    return Popen(process_obj)


def _forkserver(process_obj):
    from .popen_forkserver import Popen

    return Popen(process_obj)


ForkProcess._Popen = staticmethod(_fork)
ForkServerProcess._Popen = staticmethod(_forkserver)


class DefaultContext(DefaultContext):
    """The context behind the functions of the package."""

    def get_all_start_methods(self):
        """Returns the supported start methods, default first."""
        return ["fork", "spawn", "forkserver"]

    # What GraalPy's standard library asks of its context in place of `os` and `_multiprocessing`.

    def _is_graalpy(self):
        return False

    def _get_id(self):
        return os.getpid()

    def _SemLock(self, *args):
        from _multiprocessing import SemLock

        return SemLock(*args)

    def _SemLock_rebuild(self, *args):
        from _multiprocessing import SemLock

        return SemLock._rebuild(*args)

    def _sem_unlink(self, name):
        from _multiprocessing import sem_unlink

        sem_unlink(name)

    def _close(self, fd):
        os.close(fd)

    def _pipe(self):
        return os.pipe()


DefaultContext.__all__ = [name for name in dir(DefaultContext) if not name.startswith("_")]


class _Contexts(dict):
    def __missing__(self, name):
        if name != "cluster":
            raise KeyError(name)
        from _polyproc.cluster.placing import ClusterContext

        return self.setdefault(name, ClusterContext())


_concrete_contexts = _Contexts(
    {
        "fork": ForkContext(),
        "spawn": SpawnContext(),
        "forkserver": ForkServerContext(),
    }
)
_default_context = DefaultContext(_concrete_contexts[_polyproc.start_method])
