"""Finds which pages of memory a process that is restored from a new image writes to before it has done much, and
which ones a process that is forked from that; see `io.polyproc.hotspot.WorkingSet`."""

import multiprocessing
import signal

import _polyproc

_SECONDS = 60
"""A probe that takes longer is ended by a signal, so that the command which waits for it ends."""


def run(image: str) -> None:
    """Notes them beside the image that this process was restored from.

    image: its path. Raises `OSError` if the file can't be written.
    """
    signal.alarm(_SECONDS)
    forked = []
    if not str(_polyproc.runtime.whyNoFork() or ""):
        forked = _written_by_child()
    _polyproc.runtime.writePages(image, _polyproc.runtime.writtenPages(False), forked)


def _written_by_child():
    context = multiprocessing.get_context("fork")
    receiver, sender = context.Pipe(duplex=False)
    process = context.Process(target=_report, args=(sender,))
    process.start()
    sender.close()
    with receiver:
        written = receiver.recv()
    process.join()
    return written


def _report(sender):
    print(end="", flush=True)  # as most programs do
    with sender:
        sender.send(list(_polyproc.runtime.writtenPages(True)))
