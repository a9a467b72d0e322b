"""Finds the shim's packages, and the modules of the standard library that it mends."""

import os
import sys

import _polyproc
from _polyproc import compat
from _polyproc.warmup import preload

TYPE_CHECKING = False
if TYPE_CHECKING:
    from importlib.machinery import ModuleSpec
    from typing import Any

_SHIM_MODULES = frozenset(("_polyproc", "_multiprocessing", "_posixshmem", "multiprocessing"))
_REPLACED_MODULES = {package + "loky.backend.fork_exec": "loky_fork_exec.py" for package in ("", "joblib.externals.")}
"""Modules of packages that only a file of ours makes work, by their full names."""


class ShimFinder:
    """Finds the shim's packages before anything on `sys.path`.

    They are not on the path itself, so that scripts see the `sys.path` that CPython would give them
    and a copy of the standard library on PYTHONPATH does not hide the shim.
    """

    @staticmethod
    def find_spec(name: str, path: "Any" = None, target: "Any" = None) -> "ModuleSpec | None":
        if name == "pip":
            _keep_pip_offline()
        if name.endswith("cloudpickle.cloudpickle"):
            from _polyproc.compat import dis

            dis.install()
        if name == "pickle":
            from _polyproc.compat import pickle

            pickle.install()
        if name == "dill":
            import ctypes

            # There is no C API to look up. That there is none dill, as others do, tells by the name's absence.
            vars(ctypes).pop("pythonapi", None)
        if name in _REPLACED_MODULES:
            from importlib.util import spec_from_file_location

            return spec_from_file_location(name, os.path.join(_polyproc.folder, "compat", _REPLACED_MODULES[name]))
        spec = preload.find_spec(name)
        if spec is not None:
            return spec
        if name not in _SHIM_MODULES:
            return compat.find_spec(name)
        from importlib.machinery import PathFinder

        return PathFinder.find_spec(name, [_polyproc.home], target)


def _keep_pip_offline():
    # GraalPy's asks the network for patches of packages, whatever it is told; it brings some along.
    if "--no-index" in sys.argv or os.environ.get("PIP_NO_INDEX"):
        os.environ.setdefault("PIP_GRAALPY_PATCHES_URL", "disabled")
