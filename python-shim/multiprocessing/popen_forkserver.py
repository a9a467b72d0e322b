"""The start method `forkserver`."""

from _polyproc.process.popen import ForkserverPopen as Popen

__all__ = ["Popen"]
