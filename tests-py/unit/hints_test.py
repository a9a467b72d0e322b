"""Public functions of the shim say what they take and return; `mypy.ini` has that checked."""

import ast
import os
import unittest

_SHIM = os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "..", "python-shim", "_polyproc")

_WITHOUT = {
    "compat",  # the signatures are those of CPython's functions
}
_PROGRAMS = {os.path.join("warmup", "sample_program.py")}
"""Files that are run as programs are."""


def _files():
    """The paths of the files that are held to it, from `_polyproc` on."""
    for folder, _, files in os.walk(_SHIM):
        place = os.path.relpath(folder, _SHIM)
        if place.split(os.sep)[0] not in _WITHOUT:
            paths = (os.path.normpath(os.path.join(place, file)) for file in files if file.endswith(".py"))
            yield from (path for path in paths if path not in _PROGRAMS)


def _public_functions(body):
    for node in body:
        if isinstance(node, ast.ClassDef) and not node.name.startswith("_"):
            yield from _public_functions(node.body)
        elif isinstance(node, ast.FunctionDef):
            is_builtin = any(
                isinstance(each, ast.Call) and getattr(each.func, "id", None) == "builtin" for each in node.decorator_list
            )
            if (not node.name.startswith("_") or node.name in ("__init__", "__call__")) and not is_builtin:
                yield node


def _missing(source):
    """The public functions of a source text that lack a hint."""
    for function in _public_functions(ast.parse(source).body):
        arguments = function.args
        named = [*arguments.posonlyargs, *arguments.args, *arguments.kwonlyargs, arguments.vararg, arguments.kwarg]
        if function.returns is None or any(
            each is not None and each.annotation is None and each.arg not in ("self", "cls") for each in named
        ):
            yield function.name


class Hints(unittest.TestCase):
    def test_public_functions_have_hints(self):
        for path in sorted(_files()):
            with self.subTest(path), open(os.path.join(_SHIM, path), encoding="utf-8") as file:
                self.assertEqual([], list(_missing(file.read())))

    def test_one_without_is_found(self):
        source = "def a(x) -> int: pass\ndef b(x: int): pass\ndef c(*x: int) -> int: pass\ndef _d(x): pass"
        self.assertEqual(["a", "b"], list(_missing(source)))


if __name__ == "__main__":
    unittest.main()
