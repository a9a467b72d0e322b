"""The start method `spawn`."""

from _polyproc.process.popen import SpawnPopen as Popen

__all__ = ["Popen"]
