"""A call on the stack of a thread, and whose code it runs."""

import os

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable
    from typing import Any

_LIBRARIES = "/python-shim/", os.path.dirname(os.__file__) + "/", "/python-home/lib/python3.12/"


class Call:
    """One call on a stack: `key` is the file, relative to its library, and the function."""

    __slots__ = ("file", "function", "line", "names", "values", "globals", "key", "has_source")

    def __init__(self, parts: "Any") -> None:
        file, function, line, names, values, namespace = parts
        # Code that came from another process comes without its source.
        self.globals = _variables_of(namespace)
        self.has_source = bool(str(file))
        self.file = str(file) if self.has_source else str(self.globals.get("__file__") or "")
        self.function = str(function)
        self.line = int(line)
        self.names = [str(name) for name in names]
        self.values = values
        self.key = self._library_file(), self.function

    def _library_file(self):
        """None if it is the program's own, or a package's."""
        # Wherever the distribution was when the library was compiled: it may have been moved since.
        for library in _LIBRARIES:
            before, found, file = self.file.rpartition(library)
            if found and not file.startswith("site-packages/"):
                return file
        return None

    def is_library(self) -> bool:
        return self.key[0] is not None

    def local(self, name: str, default: "Any" = None) -> "Any":
        """The value of a local variable."""
        if name in self.names:
            value = self.values[self.names.index(name)]
            return default if value is None else value
        return default


def _variables_of(namespace):
    return namespace if isinstance(namespace, dict) else getattr(namespace, "__dict__", {})


def pids_of(processes: "Iterable[Any]") -> "list[int]":
    """The process ids of those that have one."""
    return [int(process.pid) for process in processes if getattr(process, "pid", None) is not None]
