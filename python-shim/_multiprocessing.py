"""CPython's `_multiprocessing`: the primitive beneath the locks, over a futex in shared memory."""

from _polyproc.ipc.semlock import SemLock, sem_unlink

__all__ = ["SemLock", "sem_unlink"]

flags = {"HAVE_SEM_OPEN": 1, "HAVE_SEM_TIMEDWAIT": 1}
