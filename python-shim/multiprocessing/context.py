"""Contexts: the three start methods of CPython on Linux, each realised by worker JVMs."""

from _polyproc.overlay import load_stdlib

load_stdlib(globals())


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
_concrete_contexts = {
    "fork": ForkContext(),
    "spawn": SpawnContext(),
    "forkserver": ForkServerContext(),
}
_default_context = DefaultContext(_concrete_contexts["fork"])
