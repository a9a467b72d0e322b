"""What Java calls: set a context up, warm it, and run the program or the process in it."""

import os
import sys

import _polyproc
from _polyproc import compat
from _polyproc.boot.finder import ShimFinder
from _polyproc.warmup import preload

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from typing import Any


def install(home: str, runtime: "Any", optimize: int, x_options: "Iterable[Any]") -> None:
    """Connects this context with Java.

    home: the folder that holds the shim; optimize: how often -O was given; x_options: those of -X.
    """
    _polyproc.home = home
    _polyproc.runtime = runtime
    sys.meta_path.insert(0, ShimFinder)
    while home in sys.path:
        sys.path.remove(home)
    sys._xoptions = dict(_x_option(str(option)) for option in x_options)
    from _polyproc.snapshot import baseline  # noqa: F401  notes what there is now

    _polyproc.optimize = int(optimize)
    from _polyproc.boot import options, streams
    from _polyproc.compat import (
        _thread,
        atexit,
        builtins,
        codecs,
        except_star,
        open_files,
        os_exit,
        poll,
        signal_handlers,
        sleep,
        socketpair,
        strftime,
        threads,
        traceback,
    )
    from _polyproc.process import environment, forking

    environment.correct()
    options.install(None if sys.flags.ignore_environment else os.environ.get("PYTHONHASHSEED"))
    atexit.install()
    builtins.install(_polyproc.optimize)
    codecs.install()
    except_star.install()
    open_files.install()
    os_exit.install()
    sleep.install()
    threads.install()
    traceback.install()
    streams.set_buffering()
    _thread.install()
    if bool(runtime.mayFork()):
        forking.install()
    poll.install()
    signal_handlers.install()
    socketpair.install()
    strftime.install()
    compat.install()
    signal_handlers.allow_observation()
    _add_site_folders()


def _add_site_folders():
    """Adds the folders that POLYPROC_SITE names as `site` adds its own: with what their .pth files say."""
    folders = [] if sys.flags.ignore_environment else os.environ.get("POLYPROC_SITE", "").split(os.pathsep)
    if "site" in sys.modules:
        for folder in filter(None, folders):
            sys.modules["site"].addsitedir(folder)


def install_embedded(home: str, runtime: "Any", path: "Iterable[Any]", sites: "Iterable[Any]", start_method: str) -> None:
    """Connects a context that a Java program has made in its own JVM.

    path: what comes first on `sys.path`; sites: folders with packages, added as `site` adds its own.
    """
    backend = __graalpython__.posix_module_backend()  # type: ignore[name-defined]
    if backend != "native":
        raise ValueError(
            f"multiprocessing needs the option python.PosixModuleBackend=native: with the "
            f"{backend} backend, pipes and sockets are not the operating system's, and no "
            "other process could have them"
        )
    _polyproc.home = home
    _polyproc.runtime = runtime
    _polyproc.start_method = start_method
    sys.meta_path.insert(0, ShimFinder)
    while home in sys.path:
        sys.path.remove(home)
    sys.path[:0] = [str(entry) for entry in path]
    for folder in sites:
        import site

        site.addsitedir(str(folder))
    from _polyproc.snapshot import baseline  # noqa: F401  notes what there is now

    _polyproc.embedded = True
    _polyproc.reducer = _reduce_for_java
    from _polyproc.compat import open_files, sleep, socketpair

    open_files.install()
    import atexit

    atexit.register(open_files.close_all)
    sleep.install()
    socketpair.install()
    _let_any_thread_close()


def _reduce_for_java(pickler, obj):
    from _polyproc.java import values

    return values.reduce_for_java(pickler, obj)


def _let_any_thread_close():
    """Lets any thread close the context; otherwise `close()` waits for the end of the thread that came first."""
    import threading

    threading._shutdown_locks.discard(threading._main_thread._tstate_lock)


def _x_option(option):
    name, equals, value = option.partition("=")
    return name, value if equals else True


def warm_up(thoroughly: bool) -> bool:
    """Does the next step of warming up; returns whether there are more."""
    from _polyproc.warmup import steps

    return steps.step(bool(thoroughly))


def import_ahead() -> bool:
    """Imports another module that programs often want; returns whether there are more."""
    return preload.step()


def start_files() -> "list[str]":
    """The paths, there or not, on which it depends what Python has done at its start.

    These are the folders of `site` with their .pth files, modules that it imports if they exist, and
    imported modules that the distribution does not have.
    """
    import site

    folders = [
        *site.getsitepackages(),
        site.getusersitepackages(),
        *filter(None, os.environ.get("POLYPROC_SITE", "").split(os.pathsep)),
    ]
    paths = list(folders)
    for folder in folders:
        if os.path.isdir(folder):
            paths += [os.path.join(folder, name) for name in sorted(os.listdir(folder)) if name.endswith(".pth")]
    for folder in filter(None, os.environ.get("PYTHONPATH", "").split(os.pathsep)):
        paths += [os.path.join(folder, name + ".py") for name in ("sitecustomize", "usercustomize")]
    distribution = os.path.dirname(_polyproc.home)
    for module in list(sys.modules.values()):
        file = getattr(module, "__file__", None)
        if isinstance(file, str) and os.path.isabs(file) and not file.startswith(distribution + os.sep):
            paths.append(file)
    return list(dict.fromkeys(paths))


def run_process_round(supervisor: "Any", number: int) -> None:
    """Runs the start and end of a process within this one."""
    _runtime_module("_polyproc.warmup.process_rounds").run(supervisor, int(number))


def begin_program_round() -> None:
    """Remembers the state that `end_program_round` puts back: the main program that runs in between leaves no trace."""
    global _program_round
    _program_round = _runtime_module("_polyproc.warmup.process_rounds").nothing_changed()
    _program_round.__enter__()


def end_program_round() -> None:
    """Undoes what the program has changed."""
    _program_round.__exit__(None, None, None)


_program_round = None


def run_workload(briefly: bool) -> bool:
    """Does a little of what the compiler is to see; returns whether there may be more before the next pass."""
    return _runtime_module("_polyproc.warmup.workloads").step(bool(briefly))


def run_everyday_workload(briefly: bool) -> None:
    """Does for a moment what scripts do in their first seconds, out of a program's sight: see `everyday`."""
    everyday = _runtime_module("_polyproc.warmup.everyday")
    with _runtime_module("_polyproc.warmup.process_rounds").nothing_changed():
        everyday.step(bool(briefly))


def _runtime_module(name):
    """A module of ours; what it imports is preloaded."""
    if name not in sys.modules:
        preload.import_ahead(name)
    return sys.modules[name]


def collect_garbage() -> None:
    """Collects what is not used any more, and lets what that closes be closed."""
    import gc
    import time

    gc.collect()
    time.sleep(0.02)


def after_fork() -> None:
    """In a worker that was forked: gives up what no two processes may have in common."""
    from _polyproc.compat import threads

    threads.note_main_thread()
    random = preload.loaded("random")
    if random is not None:
        random.seed()
    process = preload.loaded("multiprocessing.process")
    if process is not None:
        process.current_process().authkey = os.urandom(32)


def become(
    environment: "Sequence[Any]",
    folder: str,
    file_mode_mask: int,
    command_line: "Iterable[Any]",
    ignored_signals: "Iterable[int]",
    closed_streams: "Iterable[int]",
    options: "Iterable[Any]",
) -> None:
    """Takes over what the main program has from the shell that started it.

    environment: names and values in turn; options: those of the interpreter, see `options.apply`.
    """
    from _polyproc.boot import options as interpreter_options
    from _polyproc.boot import streams
    from _polyproc.process import child

    # All at once: a function that is called for each would be worth compiling.
    raw = os.fsencode("\0".join([str(text) for text in environment])).split(b"\0") if environment else []
    sys.orig_argv[1:] = [str(argument) for argument in command_line]
    child.reset_signals([int(number) for number in ignored_signals])
    child.move_into({"environment": dict(zip(raw[::2], raw[1::2])), "cwd": str(folder), "umask": int(file_mode_mask)})
    # What is behind 0, 1 and 2 has changed since the standby made its streams.
    for number in closed_streams:
        name = ("stdin", "stdout", "stderr")[int(number)]
        setattr(sys, name, None)
        setattr(sys, f"__{name}__", None)
    streams.set_buffering()
    interpreter_options.apply([str(option) for option in options])


def has_user_site() -> bool:
    """Whether packages of the user's can be imported here; see `options.has_user_site`."""
    from _polyproc.boot import options

    return options.has_user_site()


def record(timeline: str, profile: str, progress: bool) -> str:
    """Has the main process recorded; returns what is wrong, or an empty string: see `recording.begin`."""
    from _polyproc import recording

    return recording.begin(str(timeline), str(profile), bool(progress))


def run_main(kind: str, what: str, arguments: "Iterable[Any]") -> int:
    """Runs the main program; returns its exit status."""
    from _polyproc.boot import main
    from _polyproc.compat import signal_handlers
    from _polyproc.process import child

    _polyproc.runtime.setStartMethod(None)
    if not signal_handlers.has_quit_action():
        child.reset_quit()
    if "POLYPROC_CLUSTER" in os.environ:
        from _polyproc import cluster

        if not cluster.activate():
            return 69
    return main.run(str(kind), str(what), [str(argument) for argument in arguments])


def run_process(parent_pid: int, parent_sentinel: int, payload: int, descriptors: "Iterable[int]") -> int:
    """Runs an assigned process; returns its exit status."""
    from _polyproc.process import child

    return child.run(int(parent_pid), int(parent_sentinel), int(payload), [int(fd) for fd in descriptors])


def flush() -> None:
    """Writes what the standard streams still hold, when nothing else of Python will run."""
    from _polyproc.boot import streams

    streams.flush_all()
