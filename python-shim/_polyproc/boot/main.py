"""Runs the main program as CPython's `pymain_run_python` does."""

import os
import sys

import _polyproc
from _polyproc.boot import lifecycle
from _polyproc.compat import except_star


def run(kind: str, what: str, arguments: "list[str]") -> int:
    """Runs a program to its end and returns the exit status.

    kind: 'script', 'module', 'code' or 'stdin'; what: path, module name or source text.
    """
    runner = {"script": _run_script, "module": _run_module, "code": _run_code, "stdin": _run_stdin}[kind]
    return lifecycle.run_to_end(lambda: runner(what, arguments))


def _main_namespace():
    namespace = sys.modules["__main__"].__dict__
    for name in [name for name in namespace if name not in _MAIN_NAMES]:
        del namespace[name]
    namespace.setdefault("__annotations__", {})
    namespace["__builtins__"] = sys.modules["builtins"]
    return namespace


_MAIN_NAMES = frozenset(("__name__", "__doc__", "__package__", "__loader__", "__spec__", "__annotations__", "__builtins__"))


def _prepend_path(entry):
    if not sys.flags.safe_path:
        sys.path.insert(0, entry)


def _execute(source, filename, namespace):
    source = except_star.rewritten(source, filename)
    exec(compile(source, filename, "exec", dont_inherit=True, optimize=_polyproc.optimize), namespace)


def _run_script(path, arguments):
    sys.argv[:] = [path, *arguments]
    if os.path.isdir(path) or _is_zip(path):
        _run_container(path)
        return
    _prepend_path(os.path.dirname(os.path.realpath(path)))
    namespace = _main_namespace()
    from importlib.machinery import SourceFileLoader, SourcelessFileLoader

    compiled = path.endswith(".pyc")
    loader = (SourcelessFileLoader if compiled else SourceFileLoader)("__main__", path)
    namespace.update(__file__=_absolute(path), __cached__=None, __spec__=None, __package__=None, __loader__=loader)
    if compiled:
        exec(loader.get_code("__main__"), namespace)
        return
    with open(path, "rb") as file:
        source = file.read()
    _execute(source, _absolute(path), namespace)


def _absolute(path):
    # As in CPython since 3.9: absolute, but neither normalised nor resolved.
    return path if os.path.isabs(path) else os.path.join(os.getcwd(), path)


def _is_zip(path):
    """Whether a file is a zip archive, which may have a line for the shell, or a whole program, in front."""
    if path.endswith((".py", ".pyc")) or not os.path.isfile(path):
        return False
    import zipimport

    try:
        zipimport.zipimporter(path)
        return True
    except zipimport.ZipImportError:
        return False


def _run_container(path):
    """Runs a folder or zip file with a `__main__.py`."""
    import runpy

    sys.path.insert(0, _absolute(path))
    _main_namespace()
    runpy._run_module_as_main("__main__", alter_argv=False)


def _run_module(name, arguments):
    import runpy

    sys.argv[:] = ["-m", *arguments]
    _prepend_path(os.getcwd())
    _main_namespace()
    runpy._run_module_as_main(name)


def _run_code(text, arguments):
    sys.argv[:] = ["-c", *arguments]
    _prepend_path("")
    _run_text(text, "<string>")


def _run_text(text, filename):
    namespace = _main_namespace()
    from importlib.machinery import BuiltinImporter

    namespace.update(__spec__=None, __package__=None, __loader__=BuiltinImporter)
    _execute(text, filename, namespace)


def _run_stdin(name, arguments):
    sys.argv[:] = [name, *arguments]
    _prepend_path("")
    if sys.stdin is not None and sys.stdin.isatty():
        _interact()
        return
    text = sys.stdin.buffer.read() if sys.stdin is not None else b""
    _run_text(text, "<stdin>")


def _interact():
    import code

    namespace = _main_namespace()
    banner = None
    if sys.flags.quiet:
        banner = ""
    else:
        banner = (
            f'Python {sys.version} on {sys.platform}\nType "help", "copyright", "credits" or "license" for more information.'
        )
    code.interact(banner, local=namespace, exitmsg="")
