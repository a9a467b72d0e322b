"""Modules of the standard library, continued.

A shim module that changes a few things of its namesake runs the stdlib's code in its own namespace
and then redefines what differs, so that everything else stays the stdlib's.
"""

import os

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any


def stdlib_folder(package: str) -> str:
    """The folder of a standard library package."""
    return os.path.join(os.path.dirname(os.__file__), *package.split("."))


def load_stdlib(namespace: "dict[str, Any]") -> None:
    """Runs the standard library's module of the same name in this namespace."""
    from importlib.machinery import SourceFileLoader

    package, _, module = namespace["__name__"].rpartition(".")
    path = os.path.join(stdlib_folder(package), module + ".py")
    exec(SourceFileLoader(namespace["__name__"], path).get_code(namespace["__name__"]), namespace)  # type: ignore[arg-type]
