"""The start method `spawn`."""

from _polyproc.popen import SpawnPopen as Popen

__all__ = ["Popen"]
