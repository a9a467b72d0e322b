"""Runs small programs up to a `fork`, and checks in the forked child what arrived.

A test is the text of a program that defines `child`, the target of the process, and may define `ARGS`,
`KWARGS`, `PROCESS`, or `finish`, which the parent calls at the end. The program runs here as
`__main__`, its snapshot is captured, and one fresh interpreter restores the snapshots of a whole test
class, each in turn, and runs `child`.

    POLYPROC_TEST_PYTHON   command of the second interpreter; default: sys.executable
    POLYPROC_TEST_ORACLE   `fork`: no snapshot, but CPython's own `os.fork` (says whether a test is right)
"""

import contextlib
import json
import os
import shlex
import subprocess
import sys
import tempfile
import textwrap
import traceback
import types
import unittest

SHIM = os.path.join(os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__)))), "python-shim")
if SHIM not in sys.path:
    sys.path.append(SHIM)  # last: `multiprocessing` here is the standard library's

ORACLE = os.environ.get("POLYPROC_TEST_ORACLE") == "fork"
_RESTORE = "POLYPROC_TEST_RESTORE"


class Program:
    """The text of a program and of the modules it imports, {file name: text}."""

    def __init__(self, text, files=None, snapshot_only=False):
        self.text = textwrap.dedent(text).lstrip("\n")
        self.files = {name: textwrap.dedent(body) for name, body in (files or {}).items()}
        self.snapshot_only = snapshot_only


def forked(text, files=None, snapshot_only=False):
    """A test method for a program; `files`: the modules that it imports, {path: text}."""
    program = Program(text, files, snapshot_only)

    def test(self):
        self.check(self._testMethodName)

    test.program = program
    return test


class SnapshotTestCase(unittest.TestCase):
    """All programs of a class run here; then one child process checks them all."""

    maxDiff = None

    @classmethod
    def setUpClass(cls):
        cls.results = {}
        programs = {
            name: getattr(cls, name).program
            for name in dir(cls)
            if name.startswith("test") and hasattr(getattr(cls, name), "program")
        }
        with tempfile.TemporaryDirectory() as folder:
            run = _fork_all if ORACLE else _snapshot_all
            run(programs, os.path.realpath(folder), cls.results)

    def check(self, name):
        result = self.results.get(name, "no result")
        if result == "skipped":
            self.skipTest("not a matter of CPython's fork")
        if result:
            self.fail(result)


# The parent.


class _Popen:
    """What `multiprocessing.context.get_spawning_popen` returns here: passes descriptors on."""

    inherited = []

    def duplicate_for_child(self, fd):
        copy = os.dup(fd)
        self.inherited.append(copy)
        return copy

    def DupFd(self, fd):
        return _Inherited(fd)


class _Inherited:
    def __init__(self, fd):
        self.fd = fd

    def __reduce__(self):
        return _Inherited, (self.fd,)

    def detach(self):
        return os.dup(self.fd)


_Inherited.__module__ = "test_snapshot_support"


def _snapshot_all(programs, folder, results):
    names = []
    for name, program in programs.items():
        with _running(name, program, folder) as main:
            try:
                process = main.run()
                data = main.capture(process)
            except BaseException:
                results[name] = "in the parent:\n" + traceback.format_exc()
                continue
        with open(os.path.join(folder, name + ".snapshot"), "wb") as file:
            file.write(data)
        names.append(name)
    results.update(_restore_all(names, folder))


class _running:
    """A program as `__main__`; afterwards everything is as before."""

    def __init__(self, name, program, folder):
        self.path = os.path.join(folder, name)
        self.file = os.path.join(self.path, "program.py")
        self.program = program

    def __enter__(self):
        os.makedirs(self.path)
        for file, text in {**self.program.files, "program.py": self.program.text}.items():
            target = os.path.join(self.path, file)
            os.makedirs(os.path.dirname(target), exist_ok=True)
            with open(target, "w") as stream:
                stream.write(text)
        self.saved = (dict(sys.modules), list(sys.path), list(sys.argv), os.getcwd())
        sys.path.insert(0, self.path)
        return self

    def __exit__(self, *_):
        getattr(self.main, "finish", lambda: None)()
        modules, sys.path[:], sys.argv[:], cwd = self.saved
        os.chdir(cwd)
        _forget_modules(modules, self.path)

    def run(self):
        """Runs the program; returns the process that it would start."""
        main = self.main = types.ModuleType("__main__")
        main.__file__ = self.file
        main.__builtins__ = __builtins__
        sys.modules["__main__"] = main
        exec(compile(self.program.text, self.file, "exec"), vars(main))
        if hasattr(main, "PROCESS"):
            return main.PROCESS
        import multiprocessing.context

        return multiprocessing.context.Process(
            target=main.child, args=getattr(main, "ARGS", ()), kwargs=getattr(main, "KWARGS", {})
        )

    @staticmethod
    def capture(process):
        from multiprocessing import context, reduction

        from _polyproc.snapshot.program import capture

        context.set_spawning_popen(_Popen())
        try:
            return bytes(capture(process, reduction.ForkingPickler))
        finally:
            context.set_spawning_popen(None)


def _restore_all(names, folder):
    command = shlex.split(os.environ.get("POLYPROC_TEST_PYTHON") or sys.executable)
    if not command:
        raise RuntimeError("set POLYPROC_TEST_PYTHON: this interpreter does not know its command")
    with open(os.path.join(folder, "names.json"), "w") as file:
        json.dump(names, file)
    child = subprocess.run(
        [*command, os.path.abspath(__file__)],
        capture_output=True,
        text=True,
        pass_fds=_Popen.inherited,
        env={**os.environ, _RESTORE: folder},
    )
    while _Popen.inherited:
        os.close(_Popen.inherited.pop())
    results = dict.fromkeys(names, f"the child ended with {child.returncode}\n{child.stderr}")
    with contextlib.suppress(FileNotFoundError), open(os.path.join(folder, "results.json")) as file:
        results.update(json.load(file))
    return results


def _forget_modules(before, folder):
    """Takes a program's modules out of sys.modules, and puts back what was there before."""
    for name, module in list(sys.modules.items()):
        file = getattr(module, "__file__", None)
        handmade = file is None and getattr(module, "__spec__", None) is None
        if name not in before and (handmade or str(file).startswith(folder)):
            del sys.modules[name]
    sys.modules["__main__"] = before["__main__"]


# The child.


def _restore_here(folder):
    """Restores and runs every snapshot; a result is an empty string or what went wrong."""
    sys.modules["test_snapshot_support"] = sys.modules["__main__"]
    import multiprocessing.context
    import multiprocessing.process

    from _polyproc.snapshot.program import restore

    with open(os.path.join(folder, "names.json")) as file:
        names = json.load(file)
    results = {}
    for name in names:
        path = os.path.join(folder, name + ".snapshot")
        with open(path, "rb") as file:
            data = file.read()
        results[name] = _run_child(restore, multiprocessing.process, data, path)
        with open(os.path.join(folder, "results.json"), "w") as file:
            json.dump(results, file)


def _run_child(restore, process_module, data, path):
    state = (dict(sys.modules), list(sys.path), os.getcwd())
    process_module.current_process()._inheriting = True  # as popen_spawn's child: keys may travel
    try:
        try:
            process = restore(data)
        finally:
            del process_module.current_process()._inheriting
        process.run()
        return ""
    except BaseException:
        return "in the child:\n" + traceback.format_exc()
    finally:
        modules, sys.path[:], cwd = state
        os.chdir(cwd)
        _forget_modules(modules, os.path.dirname(path))


# The oracle.


def _fork_all(programs, folder, results):
    for name, program in programs.items():
        if program.snapshot_only:
            results[name] = "skipped"
            continue
        with _running(name, program, folder) as main:
            try:
                process = main.run()
            except BaseException:
                results[name] = "in the parent:\n" + traceback.format_exc()
                continue
            results[name] = _run_forked(process, os.path.join(folder, name + ".txt"))


def _run_forked(process, path):
    pid = os.fork()
    if pid == 0:
        result = ""
        try:
            process.run()
        except BaseException:
            result = "in the forked child:\n" + traceback.format_exc()
        with open(path, "w") as file:
            file.write(result)
        os._exit(0)
    os.waitpid(pid, 0)
    with open(path) as file:
        return file.read()


if __name__ == "__main__":
    _restore_here(os.environ[_RESTORE])
