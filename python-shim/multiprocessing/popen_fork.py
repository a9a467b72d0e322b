"""The start method `fork`."""

from _polyproc.popen import ForkPopen as Popen

__all__ = ["Popen"]
