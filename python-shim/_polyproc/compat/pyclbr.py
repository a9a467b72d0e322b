"""Parse a Python module and describe its classes and functions, without importing it.

GraalPy 25.0.3 has no such module. `readmodule` and `readmodule_ex` return dictionaries of descriptors by name, in
the order of the source. A base class of another module is a descriptor of that module, or its name if it is unknown.
"""
# Needed while: from importlib.util import find_spec; find_spec("pyclbr") is None

import ast
import importlib.util
import sys
from importlib.machinery import PathFinder

__all__ = ["readmodule", "readmodule_ex", "Class", "Function"]

_modules = {}
"""The descriptors of modules that were read, by name."""


class _Object:
    """Information about Python class or function."""

    def __init__(self, module, name, file, lineno, end_lineno, parent):
        self.module = module
        self.name = name
        self.file = file
        self.lineno = lineno
        self.end_lineno = end_lineno
        self.parent = parent
        self.children = {}
        if parent is not None:
            parent.children[name] = self


class Function(_Object):
    """Information about a Python function, including methods."""

    def __init__(self, module, name, file, lineno, parent=None, is_async=False, *, end_lineno=None):
        super().__init__(module, name, file, lineno, end_lineno, parent)
        self.is_async = is_async
        if isinstance(parent, Class):
            parent.methods[name] = lineno


class Class(_Object):
    """Information about a Python class."""

    def __init__(self, module, name, super_, file, lineno, parent=None, *, end_lineno=None):
        super().__init__(module, name, file, lineno, end_lineno, parent)
        self.super = super_ or []
        self.methods = {}


def readmodule(module, path=None):
    """Return Class objects for the top-level classes in module."""
    return {name: found for name, found in _read(module, path or []).items() if isinstance(found, Class)}


def readmodule_ex(module, path=None):
    """Return a dictionary with all functions and classes in module; for a package, `__path__` too."""
    return _read(module, path or [])


def _read(module, path, package=None):
    full_name = module if package is None else f"{package}.{module}"
    if full_name in _modules:
        return _modules[full_name]
    tree = {}
    if module in sys.builtin_module_names and package is None:
        _modules[module] = tree
        return tree
    outer, dot, inner = module.rpartition(".")
    if dot:
        parent = _read(outer, path, package)
        if "__path__" not in parent:
            raise ImportError(f"No package named {outer}")
        return _read(inner, parent["__path__"], outer if package is None else f"{package}.{outer}")
    search = path if package is not None else [*path, *sys.path]
    # A frozen module has no source, and its file has.
    spec = PathFinder.find_spec(full_name, search) or importlib.util._find_spec(full_name, search)
    if spec is None:
        raise ModuleNotFoundError(f"no module named {full_name!r}", name=full_name)
    _modules[full_name] = tree
    if spec.submodule_search_locations is not None:
        tree["__path__"] = spec.submodule_search_locations
    try:
        source = spec.loader.get_source(full_name)
    except (AttributeError, ImportError):
        return tree
    if source is not None:
        _Reader(
            full_name,
            spec.loader.get_filename(full_name),
            tree,
            full_name if spec.submodule_search_locations is not None else package,
        ).visit(ast.parse(source))
    return tree


class _Reader(ast.NodeVisitor):
    """Makes descriptors of what a module defines, and knows what it imports."""

    def __init__(self, module, file, tree, package):
        self._module = module
        self._file = file
        self._tree = tree
        self._package = package
        self._around = []

    def _define(self, node, made):
        if not self._around:
            self._tree[node.name] = made
        self._around.append(made)
        self.generic_visit(node)
        self._around.pop()

    def _parent(self):
        return self._around[-1] if self._around else None

    def visit_ClassDef(self, node):
        bases = [self._base(base) for base in node.bases]
        self._define(
            node, Class(self._module, node.name, bases, self._file, node.lineno, self._parent(), end_lineno=node.end_lineno)
        )

    def _base(self, node):
        name = ast.unparse(node)
        if name in self._tree:
            return self._tree[name]
        parts = name.split(".")
        if len(parts) > 1:
            known = _modules.get(parts[-2], {})
            return known.get(parts[-1], name)
        return name

    def visit_FunctionDef(self, node, is_async=False):
        self._define(
            node,
            Function(self._module, node.name, self._file, node.lineno, self._parent(), is_async, end_lineno=node.end_lineno),
        )

    def visit_AsyncFunctionDef(self, node):
        self.visit_FunctionDef(node, is_async=True)

    def visit_Import(self, node):
        if self._around:
            return
        for alias in node.names:
            try:
                try:
                    _read(alias.name, [], self._package)
                except ImportError:
                    _read(alias.name, [])
            except (ImportError, SyntaxError):
                continue  # it may not be there, which does not matter to this module

    def visit_ImportFrom(self, node):
        if self._around or node.level:
            return  # CPython's does not find modules by relative names
        try:
            found = _read(node.module, [])
        except (ImportError, SyntaxError):
            return
        for alias in node.names:
            if alias.name == "*":
                self._tree.update((key, each) for key, each in found.items() if not key.startswith("_"))
            elif alias.name in found:
                self._tree[alias.asname or alias.name] = found[alias.name]


def _main():
    import os

    module = sys.argv[1] if len(sys.argv) > 1 else __file__
    if os.path.exists(module):
        path = [os.path.dirname(module)]
        module = os.path.basename(module).removesuffix(".py")
    else:
        path = []
    for found in readmodule_ex(module, path).values():
        if isinstance(found, _Object):
            _print(found, 0)


def _print(found, depth):
    kind = "class" if isinstance(found, Class) else "def"
    bases = [base if isinstance(base, str) else base.name for base in found.super] if kind == "class" else []
    print("    " * depth + f"{kind} {found.name} {bases if bases else ''}{found.lineno}")
    for child in sorted(found.children.values(), key=lambda child: child.lineno or 0):
        _print(child, depth + 1)


if __name__ == "__main__":
    _main()
