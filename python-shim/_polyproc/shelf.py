"""Modules of the standard library, imported before a program wants them, and out of its sight until it does.

A standby fills the shelf while it waits. A program that imports one finds what it would have found: a module
as new that was not in `sys.modules`, or its own where it has one of that name in its path.
"""

import os
import sys

from importlib import _bootstrap
from importlib.machinery import ModuleSpec, SourceFileLoader

_USUAL = (
    "random", "datetime", "json", "argparse", "decimal", "fractions", "statistics", "csv", "pathlib", "glob",
    "fnmatch", "tempfile", "shutil", "subprocess", "hashlib", "hmac", "base64", "string", "textwrap", "pprint",
    "copy", "dataclasses", "uuid", "platform", "timeit", "inspect", "concurrent.futures", "queue", "socket",
    "ssl", "selectors", "configparser", "gzip", "zipfile", "tarfile", "difflib", "unittest", "unittest.mock",
    "logging.handlers", "html", "email.message", "email.parser", "http.client", "urllib.parse",
    "urllib.request", "socketserver", "http.server", "xml.etree.ElementTree", "getpass", "graphlib",
    "importlib.resources", "importlib.metadata", "asyncio", "doctest")
_NAMES = iter(_USUAL)
PYTHON_HOME = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(os.__file__)))) + os.sep
_STDLIB = os.path.dirname(os.path.abspath(os.__file__))
_kept = {}
_folders = {}
_hooks = {}
"""What each module has registered for the ends and forks of processes, with the list that it belongs in."""


class _Kept:
    """A module on the shelf.

    is_of_parent: whether it is to be an attribute of the package that it is in, which is not on the shelf.
    """

    def __init__(self, module, nested, is_of_parent):
        self.module = module
        self.is_of_parent = is_of_parent
        self.spec = getattr(module, "__spec__", None)  # `typing.io` is a class
        self.uses = {name: sys.modules.get(name) or _kept[name].module
                     for name in (*_names_used_by(module), *nested) if name in sys.modules or name in _kept}
        """The modules that it has imported, directly for the most part."""

    def fits(self):
        """Whether importing it now would find the modules that it has found."""
        for name, module in self.uses.items():
            kept = _kept.get(name)
            if sys.modules.get(name, kept and kept.module) is not module:
                return False
        return True


def _names_used_by(module):
    names = set()
    for value in list(vars(module).values()):
        name = getattr(value, "__name__" if type(value) is type(sys) else "__module__", None)
        if type(name) is str:
            names.add(name)
    return names


def _with_all_it_uses(name):
    """The names of a module on the shelf and of those there that come with it."""
    names = {name: None}
    left = [name]
    while left:
        for used in _kept[left.pop()].uses:
            if used in _kept and used not in names and used not in sys.modules:
                names[used] = None
                left.append(used)
    return names


class _Loader:
    """Loads a module by taking it off the shelf, with all that it uses; in all else it is the module's own loader."""

    def __init__(self, names, own):
        self._own = own
        self._all = {name: _kept.pop(name) for name in names}

    def __getattr__(self, name):
        return getattr(self._own, name)

    def create_module(self, spec):
        return self._all[spec.name].module

    def exec_module(self, module):
        for name, kept in self._all.items():
            if kept.module is module:
                module.__spec__ = kept.spec
            elif name not in sys.modules:
                sys.modules[name] = kept.module
                if kept.is_of_parent:
                    _set_in_parent(name, kept.module)
            else:
                continue
            for registered, hook in _hooks.get(name, ()):
                registered.append(hook)


class _SourceLoader(_Loader, SourceFileLoader):
    """The same for a module in Python, whose loader others know by its class."""

    def __init__(self, names, own):
        SourceFileLoader.__init__(self, own.name, own.path)
        _Loader.__init__(self, names, own)


def find_spec(name):
    """How to load a module that is on the shelf; None if it is not, or would not be what is found."""
    if name not in _kept or _kept[name].spec is None:
        return None
    names = _with_all_it_uses(name)
    if not all(_kept[each].fits() for each in names) or _is_shadowed(names):
        for each in names:
            del _kept[each]
        return None
    kept = _kept[name]
    own = kept.spec.loader
    loader = (_SourceLoader if type(own) is SourceFileLoader else _Loader)(names, own)
    spec = ModuleSpec(name, loader, origin=kept.spec.origin, loader_state=kept.spec.loader_state)
    spec.submodule_search_locations = kept.spec.submodule_search_locations
    spec.has_location = kept.spec.has_location
    spec.cached = kept.spec.cached
    return spec


def module(name):
    """A module that stays on the shelf; None if it is not there."""
    kept = _kept.get(name)
    return kept and kept.module


def step():
    """Imports one more module; returns whether there may be others."""
    name = next(_NAMES, None)
    if name is None:
        return False
    if name not in sys.modules:
        import_ahead(name)
    return True


def import_ahead(name):
    """Imports a module; what is new then, but for our own, goes to the shelf."""
    before = set(sys.modules)
    nested = {}
    load = _bootstrap._load_unlocked

    def load_and_note(spec):
        others = {spec.name, *sys.modules}
        registered = [list(hooks) for hooks in _hook_lists()]
        module = load(spec)
        nested[spec.name] = [name for name in sys.modules if name not in others]
        _hooks[spec.name] = _new_hooks(registered, nested[spec.name])
        return module

    _bootstrap._load_unlocked = load_and_note
    try:
        __import__(name)
    except ImportError:
        pass  # a program that wants it will be told
    finally:
        _bootstrap._load_unlocked = load
    put_back(before, nested)


def put_back(before, nested={}):
    """Puts the modules on the shelf that `sys.modules` did not have before.

    before: the names that it had; nested: what each module has imported while it was loaded, as far as that is known.
    """
    # What adds to a module (`_polyproc.compat`) stays, as it has a state.
    added = [name for name in sys.modules if name not in before and not name.startswith("_polyproc.")]
    _kept.update({name: _Kept(sys.modules[name], nested.get(name, ()), name.rpartition(".")[0] in before)
                  for name in added})
    for name in added:
        module = sys.modules.pop(name)
        if _kept[name].is_of_parent:
            _remove_from_parent(name, module)
        for registered, hook in _hooks.get(name, ()):
            if hook in registered:
                registered.remove(hook)


def _hook_lists():
    """The lists of functions that are called when a process ends or forks."""
    from _polyproc import exit_functions
    from _polyproc.process import forking
    lists = [exit_functions._registered, forking._before, forking._in_child, forking._in_parent]
    threading = sys.modules.get("threading")
    return lists if threading is None else [*lists, threading._threading_atexits]


def _new_hooks(before, others):
    """The hooks that were not there before, each with its list, but not those of other modules."""
    theirs = [hook for name in others for _, hook in _hooks.get(name, ())]
    return [(registered, hook) for registered, former in zip(_hook_lists(), before)
            for hook in registered if hook not in former and hook not in theirs]


def _set_in_parent(name, module):
    parent, _, tail = name.rpartition(".")
    if parent in sys.modules:
        setattr(sys.modules[parent], tail, module)


def _remove_from_parent(name, module):
    parent, _, tail = name.rpartition(".")
    if parent in sys.modules and vars(sys.modules[parent]).get(tail) is module:
        delattr(sys.modules[parent], tail)


def _is_shadowed(names):
    """Whether the path has something else of one of these names before the standard library."""
    names = {name.partition(".")[0] for name in names}
    for folder in sys.path:
        if folder == _STDLIB:
            return False
        if not folder.startswith(PYTHON_HOME) and _may_hold(folder or os.getcwd(), names):
            return True
    return True


def _may_hold(folder, names):
    try:
        changed = os.stat(folder).st_mtime_ns
        if _folders.get(folder, (0,))[0] != changed:
            _folders[folder] = changed, {file.partition(".")[0] for file in os.listdir(folder)}
    except FileNotFoundError:
        return False
    except OSError:
        return True  # such as an archive
    return not names.isdisjoint(_folders[folder][1])
