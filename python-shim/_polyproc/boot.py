"""What Java calls: set a context up, warm it, and run the program or the process in it."""

import sys

import _polyproc

_SHIM_MODULES = frozenset(("_polyproc", "_multiprocessing", "_posixshmem", "multiprocessing"))


class ShimFinder:
    """Finds the shim's packages before anything on `sys.path`.

    They are not on the path itself, so that scripts see the `sys.path` that CPython would give them
    and a copy of the standard library on PYTHONPATH does not hide the shim.
    """

    @staticmethod
    def find_spec(name, path=None, target=None):
        if name not in _SHIM_MODULES:
            return None
        from importlib.machinery import PathFinder
        return PathFinder.find_spec(name, [_polyproc.home], target)


def install(home, runtime, optimize, x_options):
    """Connects this context with Java.

    home: the folder that holds the shim; optimize: how often -O was given; x_options: those of -X.
    """
    _polyproc.home = home
    _polyproc.runtime = runtime
    sys.meta_path.insert(0, ShimFinder)
    while home in sys.path:
        sys.path.remove(home)
    _polyproc.optimize = int(optimize)
    sys._xoptions = dict(_x_option(str(option)) for option in x_options)
    from _polyproc import initial, repairs, signals, sockets  # the first notes what there is now
    repairs.install(_polyproc.optimize)
    signals.install()
    sockets.install()


def _x_option(option):
    name, equals, value = option.partition("=")
    return name, value if equals else True


def warm_up(thoroughly):
    """Does the next step of warming up; returns whether there are more."""
    from _polyproc import warmup
    return warmup.step(bool(thoroughly))


def become(environment, folder, file_mode_mask, command_line, ignored_signals):
    """Takes over what the main program has from the shell that started it.

    environment: names and values in turn.
    """
    from _polyproc import child, repairs
    texts = [str(text) for text in environment]
    sys.orig_argv[1:] = [str(argument) for argument in command_line]
    child.reset_signals([int(number) for number in ignored_signals])
    child.move_into({"environment": dict(zip(texts[::2], texts[1::2])), "cwd": str(folder),
                     "umask": int(file_mode_mask)})
    # What is behind 0, 1 and 2 has changed since the standby made its streams.
    repairs.set_buffering()


def run_main(kind, what, arguments):
    """Runs the main program; returns its exit status."""
    from _polyproc import main
    return main.run(str(kind), str(what), [str(argument) for argument in arguments])


def run_process(parent_pid, parent_sentinel, payload, descriptors):
    """Runs an assigned process; returns its exit status."""
    from _polyproc import child
    return child.run(int(parent_pid), int(parent_sentinel), int(payload),
                     [int(fd) for fd in descriptors])


def flush():
    """Writes what the standard streams still hold, when nothing else of Python will run."""
    from _polyproc import lifecycle
    lifecycle.flush_streams()
