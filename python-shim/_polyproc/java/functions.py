"""The functions of Python that Java names: of a module, of a file, of a resource, or of source text."""

import os
import sys
import types

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterable
    from typing import Any

_functions = {}


def call(spec: "tuple[str, str, str]", arguments: "Iterable[Any]", keywords: "dict[str, Any]") -> "Any":
    """Calls the function that Java means; one that is `async def` runs to its end."""
    result = function(spec)(*arguments, **keywords)
    if isinstance(result, types.CoroutineType):
        import asyncio

        return asyncio.run(result)
    return result


def partial(func: "Callable[..., Any]", arguments: "Iterable[Any]", keywords: "dict[str, Any]") -> "Callable[..., Any]":
    """A function of which some arguments are given."""
    import functools

    return functools.partial(func, *arguments, **keywords)


def function(spec: "tuple[str, str, str]") -> "Callable[..., Any]":
    """The function that Java means: (kind, where, qualified name); `where` is the name and the text of a resource."""
    found = _functions.get(spec)
    if found is None:
        found = _functions[spec] = _find(*spec)
    return found


def _find(kind, where, name):
    target = _IMPORTS[kind](where)
    for part in name.split("."):
        target = getattr(target, part)
    return target


def _import_module(name):
    import importlib

    return importlib.import_module(name)


def _import_file(path):
    """The module of a file, under the name that `import` would give it."""
    import importlib.util

    folder, base = os.path.split(os.path.abspath(path))
    name = os.path.splitext(base)[0]
    known = sys.modules.get(name)
    if known is not None and getattr(known, "__file__", None) == os.path.join(folder, base):
        return known
    if folder not in sys.path:
        sys.path.insert(0, folder)
    spec = importlib.util.spec_from_file_location(name, os.path.join(folder, base))
    if spec is None:
        raise ImportError(f"{path} is not a file of Python source")
    return _execute(name, importlib.util.module_from_spec(spec), spec.loader.exec_module)


def _import_source(text):
    return _import_text("", text)


def _import_resource(resource):
    return _import_text(*resource)


def _import_text(filename, text):
    """The module that consists of a text; a traceback shows it under the file's name if it has one."""
    import hashlib
    import linecache

    content = (filename + "\n" + text).encode("utf-8", "surrogatepass")
    name = "java_source_" + hashlib.sha1(content).hexdigest()[:12]
    known = sys.modules.get(name)
    if known is not None:
        return known
    filename = filename or f"<{name}>"
    linecache.cache[filename] = len(text), None, text.splitlines(True), filename
    code = compile(text, filename, "exec")
    return _execute(name, types.ModuleType(name), lambda module: exec(code, module.__dict__))


def _execute(name, module, execute):
    sys.modules[name] = module
    try:
        execute(module)
    except BaseException:
        del sys.modules[name]
        raise
    return module


_IMPORTS = {"module": _import_module, "file": _import_file, "resource": _import_resource, "source": _import_source}


def check_functions(module: str, wanted: "Iterable[tuple[str, str, int]]") -> "tuple[tuple[str | None, str | None], ...]":
    """Looks for the functions of a Java interface: for each (name, Python's form of the name, number
    of arguments) the name that the module has, or None and what is wrong."""
    namespace = _import_module(module)
    return tuple(_check_function(namespace, *each) for each in wanted)


def _check_function(namespace, java_name, name, count):
    import inspect

    for each in (java_name, name):
        func = getattr(namespace, each, None)
        if func is None:
            continue
        if not callable(func):
            return None, f"{each} is not a function"
        try:
            inspect.signature(func).bind(*(None,) * count)
        except TypeError as e:
            return None, f"{each}() can't be called with {count} arguments: {e}"
        except ValueError:
            pass  # a built-in function that does not tell
        return each, None
    return None, "there is no such function" + ("" if name == java_name else f", nor {name}")
