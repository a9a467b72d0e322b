"""Modules of the standard library, imported before a program wants them, and out of its sight until it does.

A standby imports them while it waits, and an image has them all. A program that imports one finds what it
would have found: a module as new that was not in `sys.modules`, or its own where it has one of that name in its
path. What imports such a name is then loaded anew, but for the modules that ours have: of those there is one each.
"""

import os
import sys
from importlib import _bootstrap
from importlib.machinery import ModuleSpec, PathFinder, SourceFileLoader
from types import ModuleType

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

_USUAL = (
    "random",
    "datetime",
    "json",
    "argparse",
    "decimal",
    "fractions",
    "statistics",
    "csv",
    "pathlib",
    "glob",
    "fnmatch",
    "tempfile",
    "shutil",
    "subprocess",
    "hashlib",
    "hmac",
    "base64",
    "string",
    "textwrap",
    "pprint",
    "copy",
    "dataclasses",
    "uuid",
    "platform",
    "timeit",
    "inspect",
    "concurrent.futures",
    "queue",
    "socket",
    "ssl",
    "selectors",
    "configparser",
    "gzip",
    "zipfile",
    "tarfile",
    "difflib",
    "unittest",
    "unittest.mock",
    "logging.handlers",
    "html",
    "email.message",
    "email.parser",
    "http.client",
    "urllib.parse",
    "urllib.request",
    "socketserver",
    "http.server",
    "xml.etree.ElementTree",
    "getpass",
    "graphlib",
    "importlib.resources",
    "importlib.metadata",
    "asyncio",
    "doctest",
    "sqlite3",
)
_NAMES = iter(_USUAL)
PYTHON_HOME = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(os.__file__)))) + os.sep
_STDLIB = os.path.dirname(os.path.abspath(os.__file__))
_SHIM = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__)))) + os.sep
_preloaded = {}
_folders = {}
_hooks = {}
"""What each module has registered for the ends and forks of processes, with the list that it belongs in."""
_hook_lists = []
_nested = {}
"""The names of the modules that each module has imported while it was loaded."""


class _PreloadedModule:
    """A module that was imported ahead.

    is_of_parent: whether it is to be an attribute of the package that it is in as soon as it is imported.
    """

    def __init__(self, module, nested, is_of_parent):
        self.module = module
        self.is_of_parent = is_of_parent
        self.spec = getattr(module, "__spec__", None)  # `typing.io` is a class
        self.uses = {
            name: sys.modules.get(name) or _preloaded[name].module
            for name in (*_names_used_by(module), *nested)
            if name in sys.modules or name in _preloaded
        }
        self.uses.pop("__mp_main__", None)  # the program itself
        """The modules that it has imported, directly for the most part."""

    def fits(self):
        """Whether importing it now would find the modules that it has found."""
        return _are_found(self.uses)


def _are_found(modules):
    """Whether imports of these names would find these modules."""
    loaded = sys.modules
    for name, module in modules.items():
        if loaded.get(name) is module:
            continue
        if name in loaded or name not in _preloaded or _preloaded[name].module is not module:
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
    """The names of a preloaded module and of the preloaded ones that come with it."""
    names = {name: None}
    left = [name]
    while left:
        for used in _preloaded[left.pop()].uses:
            if used in _preloaded and used not in names and used not in sys.modules:
                names[used] = None
                left.append(used)
    return names


class _Loader:
    """Gives a program a preloaded module, with all that it uses; in all else it is the module's own loader."""

    def __init__(self, preloaded, own):
        self._own = own
        self._all = preloaded

    def __getattr__(self, name):
        return getattr(self._own, name)

    def create_module(self, spec):
        return self._all[spec.name].module

    def exec_module(self, module):
        for name, preloaded in self._all.items():
            if preloaded.module is module:
                module.__spec__ = preloaded.spec
            elif name not in sys.modules:
                sys.modules[name] = preloaded.module
                if preloaded.is_of_parent:
                    self._set_in_parent(name, preloaded.module)
            else:
                continue
            for registered, hook in _hooks.get(name, ()):
                registered.append(hook)
            if name == "multiprocessing" and "__main__" in sys.modules:
                sys.modules["__mp_main__"] = sys.modules["__main__"]  # as its import does

    def _set_in_parent(self, name, module):
        parent, _, tail = name.rpartition(".")
        if parent in sys.modules:
            setattr(sys.modules[parent], tail, module)
        elif parent in self._all:
            setattr(self._all[parent].module, tail, module)


class _SourceLoader(_Loader, SourceFileLoader):  # type: ignore[misc]
    """The same for a module in Python, whose loader others know by its class."""

    def __init__(self, preloaded, own):
        SourceFileLoader.__init__(self, own.name, own.path)
        _Loader.__init__(self, preloaded, own)


def find_spec(name: str) -> "ModuleSpec | None":
    """How to load a preloaded module; None if it is not, or would not be what is found."""
    if name not in _preloaded or _preloaded[name].spec is None:
        return None
    names = _with_all_it_uses(name)
    hidden = _hidden(names)
    stale = _stale(names, hidden)
    for each in stale:
        del _preloaded[each]
    if name in stale:
        return None
    preloaded = _preloaded[name]
    taken = {each: _preloaded.pop(each) for each in names if each not in stale and each.partition(".")[0] not in hidden}
    own = preloaded.spec.loader
    loader: "Any" = (_SourceLoader if type(own) is SourceFileLoader else _Loader)(taken, own)
    spec = ModuleSpec(name, loader, origin=preloaded.spec.origin, loader_state=preloaded.spec.loader_state)
    spec.submodule_search_locations = preloaded.spec.submodule_search_locations
    spec.has_location = preloaded.spec.has_location
    spec.cached = preloaded.spec.cached
    return spec


def _stale(names, hidden):
    """The preloaded modules that are to be loaded anew: an import would not find what they have found.

    hidden: the first parts of names for which the program has something else.
    """
    used = {}
    for name in names:
        used.update(_preloaded[name].uses)
    if not hidden and _are_found(used):
        return frozenset()
    stale = {name for name in names if name.partition(".")[0] in hidden}
    others = {name for name in names if name not in stale}
    stale_before = None
    ours = None
    while others and stale_before != len(stale):
        stale_before = len(stale)
        unfit = {name for name in others if not _preloaded[name].fits() or not stale.isdisjoint(_preloaded[name].uses)}
        if unfit:
            ours = _used_by_ours() if ours is None else ours
            stale |= unfit - ours
        others -= stale
    return stale


def _used_by_ours():
    """The names of the modules that those of the shim have, which are not loaded twice.

    The programs of the warm-up are over, and what serves a cluster uses its own.
    """
    names = {name for name in _preloaded if name.partition(".")[0] == "multiprocessing"}
    for name, module in list(sys.modules.items()):
        if name.startswith("_polyproc.") and not name.startswith(("_polyproc.warmup.", "_polyproc.cluster.")):
            names.update(_names_used_by(module))
    return names


def module(name: str) -> "Any":
    """A preloaded module that the program has not imported; None if there is none."""
    preloaded = _preloaded.get(name)
    return preloaded and preloaded.module


def loaded(name: str) -> "Any":
    """A module that the program has imported, or else the preloaded one; None if there is neither."""
    return sys.modules.get(name) or module(name)


def step() -> bool:
    """Imports one more module; returns whether there may be others."""
    name = next(_NAMES, None)
    if name is None:
        return False
    if name not in sys.modules:
        import_ahead(name)
    return True


def import_ahead(name: str) -> None:
    """Imports a module; what is new then, but for our own, is preloaded."""
    before = set(sys.modules)
    load = _bootstrap._load_unlocked

    def load_and_note(spec):
        if isinstance(spec.loader, _Loader):
            return load(spec)
        others = {spec.name, *sys.modules}
        registered = [list(hooks) for hooks in _all_hook_lists()]
        module = load(spec)
        _nested[spec.name] = [name for name in sys.modules if name not in others]
        _hooks[spec.name] = _new_hooks(registered, _nested[spec.name])
        return module

    _bootstrap._load_unlocked = load_and_note
    try:
        __import__(name)
    except ImportError:
        pass  # a program that wants it will be told
    finally:
        _bootstrap._load_unlocked = load
    put_back(before)


def put_back(before: "set[str]") -> None:
    """Makes preloaded ones of the standard library's modules that `sys.modules` did not have before.

    before: the names that it had.
    """
    # What adds to a module (`_polyproc.compat`) stays, as it has a state.
    added = [
        name
        for name, module in sys.modules.items()
        if name not in before and not name.startswith("_polyproc.") and _is_standard(module)
    ]
    of_parent = [name for name in added if _came_after_parent(name, before)]
    for name in of_parent:
        _remove_from_parent(name, sys.modules[name])
    _preloaded.update({name: _PreloadedModule(sys.modules[name], _nested.get(name, ()), name in of_parent) for name in added})
    if "multiprocessing" in added:
        del sys.modules["__mp_main__"]
    for name in added:
        del sys.modules[name]
        for registered, hook in _hooks.get(name, ()):
            if hook in registered:
                registered.remove(hook)


def _is_standard(module):
    file = getattr(module, "__file__", None)
    if file is None:  # `__main__` has no specification; `typing.io` is a class
        return getattr(module, "__spec__", None) is not None or not isinstance(module, ModuleType)
    return file.startswith((PYTHON_HOME, _SHIM))


def _came_after_parent(name, before):
    """Whether the package that a module is in was loaded without it."""
    parent = name.rpartition(".")[0]
    return parent in before or parent in _nested and name not in _nested[parent]


def note_hooks(*lists: "list[Any]") -> None:
    """Notes lists of functions that are called when a process ends or forks: what modules add to them is theirs."""
    _hook_lists.extend(lists)


def _all_hook_lists():
    threading = loaded("threading")
    return _hook_lists if threading is None else [*_hook_lists, threading._threading_atexits]


def _new_hooks(before, others):
    """The hooks that were not there before, each with its list, but not those of other modules."""
    theirs = [hook for name in others for _, hook in _hooks.get(name, ())]
    return [
        (registered, hook)
        for registered, former in zip(_all_hook_lists(), before)
        for hook in registered
        if hook not in former and hook not in theirs
    ]


def _remove_from_parent(name, module):
    parent, _, tail = name.rpartition(".")
    if parent in sys.modules and vars(sys.modules[parent]).get(tail) is module:
        delattr(sys.modules[parent], tail)


def _hidden(names):
    """The first parts of these names for which the path has something else before the standard library."""
    tops = {name.partition(".")[0] for name in names}
    hidden = set()
    for folder in sys.path:
        if folder == _STDLIB:
            return hidden
        if not folder.startswith(PYTHON_HOME):
            try:
                hidden |= _those_in(folder or os.getcwd(), tops)
            except FileNotFoundError:
                pass  # the working directory was removed
    return tops


def _those_in(folder, names):
    try:
        changed = os.stat(folder).st_mtime_ns
        if _folders.get(folder, (0,))[0] != changed:
            _folders[folder] = changed, {file.partition(".")[0] for file in os.listdir(folder)}
    except FileNotFoundError:
        return set()
    except OSError:  # such as an archive
        return {name for name in names if PathFinder.find_spec(name, [folder]) is not None}
    return names & _folders[folder][1]
