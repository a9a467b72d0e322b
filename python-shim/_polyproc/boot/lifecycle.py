"""How a Python process ends: uncaught exceptions, exit status, and what runs at exit."""

import os
import sys
import types

import _polyproc
from _polyproc import messages
from _polyproc.boot import streams
from _polyproc.compat import open_files

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import Any

_SIGINT = 2
_FLUSH_FAILED = 120
is_finishing = False
"""Whether the program has ended but for what runs at exit."""


def run_to_end(program: "Callable[[], object]", hidden_frames: bool = True) -> int:
    """Runs `program`, then all that CPython does at exit; returns the exit status.

    hidden_frames: whether a traceback is to begin with the program's own frames.
    """
    interrupted = False
    try:
        program()
        status = 0
    except SystemExit as e:
        status = exit_status(e)
    except KeyboardInterrupt as e:
        _insist(report, e, hidden_frames)
        status = 130
        interrupted = True
    except BaseException as e:
        report(e, hidden_frames)
        status = 1
    status = _insist(finish, status)
    if interrupted:
        # By the signal itself, as in CPython, so that a shell knows.
        _polyproc.runtime.dieOf(_SIGINT)
    return status


def _insist(function, *arguments):
    """Calls the function once more if Ctrl-C ends it: the second of two in a row."""
    try:
        return function(*arguments)
    except KeyboardInterrupt:
        return function(*arguments)


def exit_status(e: SystemExit) -> int:
    """The exit status that a SystemExit asks for; text goes to standard error."""
    code = e.code
    if code is None:
        return 0
    if isinstance(code, int):
        return code & 0xFF
    streams.flush(sys.stdout)
    print(code, file=sys.stderr)
    streams.flush(sys.stderr)
    return 1


def report(e: "Any", hidden_frames: bool = True) -> None:
    """Hands an uncaught exception to `sys.excepthook`, without the frames that are ours if wanted."""
    global _stdout_lost
    _stdout_lost = not streams.flush(sys.stdout, quiet=True)
    if not isinstance(getattr(e, "__traceback__", None), types.TracebackType):
        # An exception of Java, which is none of Python's.
        messages.tell(f"{type(e).__name__}: {e}")
        return
    if hidden_frames:
        e.__traceback__ = without_own_frames(e.__traceback__)
    if sys.excepthook is sys.__excepthook__:
        show(e)
    else:
        _call_hook(e)
    streams.flush(sys.stderr)


_stdout_lost = False


def show(e: BaseException) -> None:
    """Writes an exception to `sys.stderr`, as `sys.__excepthook__` does under CPython."""
    # GraalPy's own hook knows neither notes nor exception groups.
    if sys.stderr is None:
        return
    import traceback

    try:
        text = "".join(traceback.format_exception(e))
    except Exception:  # as in CPython, whose C code needs nothing of the exception's class
        frames = "".join(traceback.format_tb(e.__traceback__))
        text = f"Traceback (most recent call last):\n{frames}<unknown>.{type(e).__name__}: <exception str() failed>\n"
    sys.stderr.write(text.replace("__main__.", "", 1) if _is_mains(e, text) else text)


def _is_mains(e, text):
    # CPython's C code leaves out the module's name for a class of main, its `traceback` does not.
    return getattr(type(e), "__module__", None) == "__main__" and text.rstrip("\n").rpartition("\n")[2].startswith("__main__.")


def _call_hook(e):
    try:
        sys.excepthook(type(e), e, e.__traceback__)
    except SystemExit:
        raise
    except BaseException as failure:
        print("Error in sys.excepthook:", file=sys.stderr)
        show(failure)
        print("\nOriginal exception was:", file=sys.stderr)
        show(e)


def without_own_frames(traceback: "types.TracebackType | None") -> "types.TracebackType | None":
    """Without what runs the program, and without functions that stand for built-in ones."""
    while traceback is not None and _filename(traceback).startswith(_polyproc.folder):
        traceback = traceback.tb_next
    last = entry = traceback
    while entry is not None:
        if not _filename(entry).startswith(_STAND_INS):
            last = entry
        entry = entry.tb_next
    if last is not None:
        last.tb_next = None
    return traceback


def _filename(traceback):
    return traceback.tb_frame.f_code.co_filename


_STAND_INS = os.path.join(_polyproc.folder, "compat", "")
"""The folder of what stands for built-in functions."""


def finish(status: int) -> int:
    """Joins threads, runs atexit functions and flushes; returns the final exit status."""
    try:
        if "threading" in sys.modules:
            sys.modules["threading"]._shutdown()
    except KeyboardInterrupt:
        pass
    global is_finishing
    is_finishing = True
    import atexit

    atexit._run_exitfuncs()
    open_files.close_all()
    if not _stdout_lost and not streams.flush(sys.stdout):
        status = _FLUSH_FAILED
    streams.flush(sys.stderr)
    return status
