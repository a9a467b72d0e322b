"""The modules of the shim import each other in one direction only."""

import ast
import functools
import os
import unittest

_SHIM = os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "..", "python-shim")

_ALLOWED = {
    # `multiprocessing.context` imports the start methods and the classes when they are asked for, as CPython's does.
    ("multiprocessing.context", None),
    # The exceptions that a pool's worker sends are the standard library's classes.
    ("_polyproc.pool.worker_main", "multiprocessing.pool"),
    ("_polyproc.pool.tasks", "multiprocessing.pool"),
    # A class of the standard library's makes the cluster's object where its context is one of a cluster.
    ("multiprocessing.queues", "_polyproc.cluster.queues"),
    ("multiprocessing.sharedctypes", "_polyproc.cluster.shared"),
    # Loaded only where a timeline was asked for, which wraps functions of the module.
    ("_polyproc.process.child", "_polyproc.recording"),
}
"""Pairs of a module and what it may import although that imports it, too; None: whatever."""


def _modules():
    """The files of all modules, by name."""
    found = {}
    for folder, _, files in os.walk(_SHIM):
        for file in files:
            if file.endswith(".py"):
                name = os.path.relpath(os.path.join(folder, file), _SHIM)[:-3].replace(os.sep, ".")
                found[name.removesuffix(".__init__")] = os.path.join(folder, file)
    return found


def _imports(path, modules):
    """The modules of ours that a file imports, also within functions, but for those that only a type checker reads."""
    with open(path, encoding="utf-8") as file:
        tree = ast.parse(file.read())
    for_types = {
        node
        for block in ast.walk(tree)
        if isinstance(block, ast.If) and isinstance(block.test, ast.Name) and block.test.id == "TYPE_CHECKING"
        for node in ast.walk(block)
    }
    for node in ast.walk(tree):
        if node in for_types:
            continue
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names if alias.name in modules)
        elif isinstance(node, ast.ImportFrom) and not node.level:
            for alias in node.names:
                full = f"{node.module}.{alias.name}"
                if full in modules or node.module in modules:
                    yield full if full in modules else node.module


@functools.cache
def _all_imports():
    """What each module imports, but for the package itself, which has variables only."""
    modules = _modules()
    return {name: set(_imports(path, modules)) - {name, "_polyproc"} for name, path in modules.items()}


def _graph(allowed=frozenset(_ALLOWED)):
    return {
        name: {each for each in imported if not {(name, None), (name, each)} & allowed}
        for name, imported in _all_imports().items()
    }


def _circle(graph):
    """The names of a circle, or None."""
    done, path = set(), []

    def visit(name):
        if name in path:
            return [*path[path.index(name) :], name]
        if name in done:
            return None
        path.append(name)
        for each in sorted(graph[name]):
            found = visit(each)
            if found:
                return found
        path.pop()
        done.add(name)
        return None

    for name in sorted(graph):
        found = visit(name)
        if found:
            return found
    return None


class Imports(unittest.TestCase):
    def test_there_is_no_circle(self):
        circle = _circle(_graph())
        self.assertIsNone(circle, circle and " -> ".join(circle))

    def test_a_circle_is_found(self):
        self.assertEqual(["a", "b", "a"], _circle({"a": {"b"}, "b": {"a", "c"}, "c": set()}))

    def test_each_exception_is_needed(self):
        for exception in _ALLOWED:
            with self.subTest(exception):
                self.assertIsNotNone(_circle(_graph(_ALLOWED - {exception})))

    def test_standard_modules_only_replace(self):
        """What is ours stands in `_polyproc`: the other packages have the standard library's names."""
        for name in _modules():
            top = name.partition(".")[0]
            self.assertIn(top, ("_polyproc", "multiprocessing", "_multiprocessing", "_posixshmem"))


if __name__ == "__main__":
    unittest.main()
