"""Descriptors in objects that go through queues and pipes; no thread and no socket serve them."""

from _polyproc.process.descriptors import Shared as DupFd

__all__ = ["DupFd", "stop"]


def stop(timeout=None):
    """Nothing runs here that could be stopped."""
