"""What a program was asked to tell of itself when it was started: a timeline, a profile, progress bars.

Nothing here runs where none of these was wanted.
"""

import functools
import os
import sys

import _polyproc
from _polyproc.compat import sleep
from _polyproc.process import forking
from _polyproc.process.descriptors import java_message

_WRITTEN_SECONDS = 0.15
_files: "dict[str, str | None]" = {"timeline": None, "profile": None}


def begin(timeline: str, profile: str, progress: bool) -> str:
    """In the main process, before its program begins.

    timeline, profile: names of files, or empty; progress: whether bars are wanted. Returns what is wrong, or an empty
    string.
    """
    from polyglot import ForeignException

    for kind, file in ("timeline", timeline), ("profile", profile):
        if not file:
            continue
        path = os.path.abspath(file)
        try:
            if kind == "timeline":
                _polyproc.runtime.recorder().beginTimeline(path, _name())
            else:
                _polyproc.runtime.recorder().beginProfile(path, _name())
        except ForeignException as e:
            return f"the {kind} cannot be written to {file}: {java_message(e)}"
        _files[kind] = path
    _install()
    if progress:
        from _polyproc import progress as bars

        bars.install()
    return ""


def _name():
    """What this process is called."""
    name = os.path.basename(sys.orig_argv[1]) if len(sys.orig_argv) > 1 else "python"
    return name if len(name) <= 40 else name[:39] + "…"


def _install():
    _polyproc.recorder = sys.modules[__name__]
    forking.after_in_child(_after_fork)
    if _files["timeline"] or _files["profile"]:
        _let_workers_tell()
    if _files["timeline"]:
        from _polyproc import timeline

        timeline.install(_polyproc.runtime.recorder().timeline())
    if _files["profile"]:
        _name_processes()


def _name_processes():
    from multiprocessing.process import BaseProcess

    bootstrap = BaseProcess._bootstrap

    @functools.wraps(bootstrap)
    def _bootstrap(self, parent_sentinel=None):
        _polyproc.runtime.recorder().nameProfile(self.name)
        return bootstrap(self, parent_sentinel)

    BaseProcess._bootstrap = _bootstrap


def _let_workers_tell():
    """A pool's workers are killed at its end: what they have collected last they must have written before."""
    from _polyproc.pool.workers import WorkerManager

    terminate = WorkerManager.terminate

    def terminate_later(self):
        if self.processes:
            sleep.sleep(_WRITTEN_SECONDS)
        terminate(self)

    WorkerManager.terminate = terminate_later


def for_child() -> "tuple[str | None, str | None, int, int]":
    """What a process needs to know that is started and not forked."""
    flow, since = 0, 0
    if _files["timeline"]:
        from _polyproc import timeline

        flow, since = timeline.starting()
    return _files["timeline"], _files["profile"], flow, since


def join(files: "tuple[str | None, str | None, int, int]") -> None:
    """In a process that was started by one that records."""
    _files["timeline"], _files["profile"], flow, since = files
    _tell(_name())
    _install()
    if _files["timeline"]:
        from _polyproc import timeline

        timeline.arrived("start of the process", since, flow)


def _tell(name):
    """Begins in another process than the main one."""
    if _files["timeline"]:
        _polyproc.runtime.recorder().joinTimeline(_files["timeline"], name)
    if _files["profile"]:
        _polyproc.runtime.recorder().joinProfile(_files["profile"], name)


def _after_fork():
    _tell(_name())
    if _files["timeline"]:
        from _polyproc import timeline

        timeline.reset(_polyproc.runtime.recorder().timeline())
