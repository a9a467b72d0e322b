"""The functions `spawn*` of `os`, which GraalPy 25.0.3 lacks.

CPython forks and executes; here `posix_spawn` does both, which needs no copy of a JVM.
"""
# Needed while: import os; not hasattr(os, "spawnv")

import os

P_WAIT = 0
P_NOWAIT = P_NOWAITO = 1
_FAILED = 127


def _spawn(mode, file, args, env, function):
    if not isinstance(args, (tuple, list)):
        raise TypeError("argv must be a tuple or a list")
    if not args or not args[0]:
        raise ValueError("argv first element cannot be empty")
    try:
        pid = function(file, args, os.environ if env is None else env)
    except OSError:
        # In CPython it is the child that finds out.
        pid = os.posix_spawn("/bin/sh", ["sh", "-c", f"exit {_FAILED}"], {})
    if mode == P_NOWAIT:
        return pid
    while True:
        _, status = os.waitpid(pid, 0)
        if not os.WIFSTOPPED(status):
            return os.waitstatus_to_exitcode(status)


def spawnv(mode, file, args):
    """Execute file with arguments from args in a subprocess."""
    return _spawn(mode, file, args, None, os.posix_spawn)


def spawnve(mode, file, args, env):
    """Execute file with arguments from args in a subprocess with the specified environment."""
    return _spawn(mode, file, args, env, os.posix_spawn)


def spawnvp(mode, file, args):
    """Execute file (which is looked for along $PATH) with arguments from args in a subprocess."""
    return _spawn(mode, file, args, None, os.posix_spawnp)


def spawnvpe(mode, file, args, env):
    """Execute file (which is looked for along $PATH) in a subprocess with the supplied environment."""
    return _spawn(mode, file, args, env, os.posix_spawnp)


def spawnl(mode, file, *args):
    """Execute file with arguments from args in a subprocess."""
    return spawnv(mode, file, args)


def spawnle(mode, file, *args):
    """Execute file with arguments from args in a subprocess with the supplied environment."""
    return spawnve(mode, file, args[:-1], args[-1])


def spawnlp(mode, file, *args):
    """Execute file (which is looked for along $PATH) with arguments from args in a subprocess."""
    return spawnvp(mode, file, args)


def spawnlpe(mode, file, *args):
    """Execute file (which is looked for along $PATH) in a subprocess with the supplied environment."""
    return spawnvpe(mode, file, args[:-1], args[-1])


for _name in ("spawnv", "spawnve", "spawnvp", "spawnvpe", "spawnl", "spawnle", "spawnlp", "spawnlpe"):
    globals()[_name].__module__ = "os"
