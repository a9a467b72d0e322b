"""File descriptors on their way to another process.

With the start of a process they travel beside its payload, which names them by index. At any other
time, in an object that goes through a queue or pipe, they are left with the supervisor under a
random token, for which the receiver fetches them.
"""

import os

import _polyproc

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

received = []
"""The descriptors that came with this process's start; None where one was taken."""


class Received:
    """A descriptor that came with the start of this process, by its index."""

    def __init__(self, index: int) -> None:
        self.index = index

    def detach(self) -> int:
        """The descriptor, now the caller's; every call gives one of its own."""
        return int(_polyproc.runtime.duplicate(received[self.index]))


class Inherited:
    """A descriptor of a forked child's parent, by its number there."""

    def __init__(self, number: int) -> None:
        self.number = number

    def detach(self) -> int:
        """The descriptor, now the caller's; another one each time it is asked for again."""
        fd = inherited[self.number]
        if self.number in handed_over:
            return int(_polyproc.runtime.duplicate(fd))
        handed_over.add(self.number)
        return fd


inherited = {}
"""In a forked child: where each descriptor of its parent's program is now, by its number there."""
handed_over = set()


def place(descriptors: "list[int]", numbers: "list[int]") -> None:
    """Puts what came with this process's start where it belongs; the first are those of the payload.

    numbers: those that the rest had in the parent.
    """
    others = len(descriptors) - len(numbers)
    placed = _polyproc.runtime.placeDescriptors(descriptors, [-1] * others + numbers)
    placed = [int(fd) for fd in placed]
    received[:] = placed[:others]
    inherited.update(zip(numbers, placed[others:]))


class Shared:
    """A descriptor kept by the supervisor for the process that has the token; it can be fetched once."""

    def __init__(self, fd: int) -> None:
        self.token = str(call("shareDescriptor", fd))

    def detach(self) -> int:
        """The descriptor, now the caller's."""
        return int(call("takeDescriptor", self.token))


SharedHere = Shared
"""The same between processes of one machine, when a program of a cluster has another class for it."""


def Handle(fd: int) -> "Any":
    """A picklable stand-in for a descriptor; what it turns into has `detach()`."""
    from multiprocessing import context

    popen = context.get_spawning_popen()
    if popen is not None:
        return popen.DupFd(popen.duplicate_for_child(fd))
    return Shared(fd)


def call(method: str, *arguments: "Any", on: "Any" = None) -> "Any":
    """Calls a method of `on`, by default of the runtime.

    Java's exceptions become OSError, and what a signal's handler raises meanwhile stays what it is.
    """
    try:
        return getattr(_polyproc.runtime if on is None else on, method)(*arguments)
    except BaseException as e:
        from polyglot import ForeignException

        if not isinstance(e, ForeignException):
            raise
        raise os_error(java_message(e)) from None


def os_error(text: str) -> OSError:
    """The OSError for a message, which has the number of a failed native call in the end: `poll failed: EBADF (9)`."""
    _, failed, reason = text.rpartition(" failed: ")
    number = reason.partition(" (")[2].removesuffix(")")
    return OSError(int(number), os.strerror(int(number))) if failed and number.isdecimal() else OSError(text)


def java_message(e: object) -> str:
    """The message of a Java exception without its class name."""
    text = str(e)
    return text.partition(": ")[2] or text if text.startswith("java.") else text


def close_received() -> None:
    """Closes what cannot be asked for any more, once the process is rebuilt."""
    for fd in received:
        os.close(fd)
    received.clear()
