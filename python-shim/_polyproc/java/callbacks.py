"""Objects of a Java program that Python calls; see `io.polyproc.JavaCallback`."""

import os

from _polyproc.java.values import dumps

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any


class Callback:
    """A Java object of the program: its methods run in the program's JVM."""

    def __init__(self, number: int, name: str, requests: "Any", methods: "dict[str, str]", functional: str) -> None:
        self._number = number
        self._name = name
        self._requests = requests
        self._methods = methods
        self._functional = functional

    def __getattr__(self, name):
        methods = self.__dict__.get("_methods")
        if methods is None or name not in methods:
            raise AttributeError(f"'{self.__dict__.get('_name')}' has no method '{name}'")
        import functools

        return functools.partial(_ask_java, self._requests, self._number, methods[name])

    def __call__(self, *arguments: "Any") -> "Any":
        if not self._functional:
            raise TypeError(f"'{self._name}' has more than one method: name one of them")
        return _ask_java(self._requests, self._number, self._functional, *arguments)

    def __reduce__(self):
        return Callback, (self._number, self._name, self._requests, self._methods, self._functional)

    def __repr__(self):
        return f"<Java's {self._name}>"


_reply_lines = None


def _ask_java(requests, number, method, *arguments):
    """Sends a request and waits for the answer, which comes on a line of this thread's own."""
    global _reply_lines
    import threading

    if _reply_lines is None:
        _reply_lines = threading.local()
    # Here and not in the queue's thread, where no caller would see the failure.
    message = dumps(arguments)
    line = _reply_lines.__dict__.get("line")
    if line is not None and line[0] == os.getpid():
        _, name, receiver = line
        requests.put((number, method, message, name, None))
        ok, value = receiver.recv()
    else:
        import multiprocessing

        receiver, sender = multiprocessing.Pipe(False)
        name = os.urandom(16).hex()
        requests.put((number, method, message, name, sender))
        ok, value = receiver.recv()
        sender.close()  # it was pickled by now; Java has its own
        _reply_lines.line = os.getpid(), name, receiver
    if ok:
        return value
    raise value
