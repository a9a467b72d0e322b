"""The start method `forkserver`."""

from _polyproc.popen import ForkserverPopen as Popen

__all__ = ["Popen"]
