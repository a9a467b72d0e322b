"""Which modules a snapshot carries by value, and their namespaces.

`__main__` and the program's own modules travel by value, because the child must see what they have
become, and must not run them again. Everything else - standard library, site-packages, this shim - is
the same on disk for the child, which imports it.
"""

import os
import sys
from types import ModuleType

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable
    from typing import Any

_SHIM = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__)))) + os.sep
_STDLIB = os.path.dirname(os.path.abspath(os.__file__)) + os.sep
# GraalPy keeps a second folder beside the standard library's: lib/graalpy25.0/modules.
_GRAALPY = os.path.join(os.path.dirname(os.path.dirname(_STDLIB)), "graalpy")
# Asked first, as some built-in modules of GraalPy (`polyglot`, `java`) have a `__path__`, '.'.
_BUILT_IN = (sys.modules["_frozen_importlib"].BuiltinImporter, sys.modules["_frozen_importlib"].FrozenImporter)
_INSTALLED = (os.sep + "site-packages" + os.sep, os.sep + "dist-packages" + os.sep)


class OwnModule:
    """A module that travels by value: the object, a key for it, and its names in sys.modules."""

    __slots__ = ("module", "key", "names")

    def __init__(self, module: "ModuleType", key: str, names: "Any") -> None:
        self.module = module
        self.key = key
        self.names = names


_known = {}
"""{name in sys.modules: (module, whether it travels by value)}, as deciding takes its time."""


def by_value() -> list:
    """The modules that travel by value, as a list of OwnModule."""
    names = {}
    for name, module in list(sys.modules.items()):
        known = _known.get(name)
        if known is None or known[0] is not module:
            known = _known[name] = (module, isinstance(module, ModuleType) and _is_users(name, module))
        if known[1]:
            names.setdefault(id(module), (module, []))[1].append(name)
    found = [OwnModule(module, keys[0], keys) for module, keys in names.values()]
    return found + _unregistered(found, set(names))


def _unregistered(own, seen):
    """Modules that are no entry of sys.modules but a variable: plugins are often loaded like that."""
    found = []
    for each in own:
        for value in dict(vars(each.module)).values():
            if (
                type(value) is ModuleType
                and id(value) not in seen
                and (sys.modules.get(value.__name__) is not value and _is_users(value.__name__, value))
            ):
                seen.add(id(value))
                found.append(OwnModule(value, f"{value.__name__}#{len(seen)}", []))
    return found


def unusual(modules: "Any") -> "Any":
    """What belongs to the program in sys.modules but is no plain module.

    Returns ({name: object} of entries that are no modules, [(module, class)] of modules that have been
    given a class of their own), or None if there is neither.
    """
    owners = {name for each in modules for name in each.names}
    objects = {
        name: entry
        for name, entry in list(sys.modules.items())
        if entry is not None and not isinstance(entry, ModuleType) and getattr(type(entry), "__module__", None) in owners
    }
    classes = [(each.module, type(each.module)) for each in modules if type(each.module) is not ModuleType]
    return (objects, classes) if objects or classes else None


def _is_users(name, module):
    if name == "__main__":
        return True
    namespace = vars(module)
    if name in sys.builtin_module_names or namespace.get("__loader__") in _BUILT_IN:
        return False
    file = namespace.get("__file__")
    if isinstance(file, str):
        return file.endswith((".py", ".pyc")) and _is_users_path(file)
    folders = namespace.get("__path__")
    if folders is not None:
        return any(_is_users_path(os.path.join(folder, "")) for folder in folders)
    return _is_handmade(name, namespace)


def _is_users_path(path):
    if not os.path.isabs(path):
        path = os.path.abspath(path)
    return not (path.startswith((_STDLIB, _SHIM, _GRAALPY)) or any(folder in path for folder in _INSTALLED))


def _is_handmade(name, namespace):
    """True for `sys.modules['settings'] = types.ModuleType('settings')`: it could not be imported."""
    return namespace.get("__spec__") is None and namespace.get("__loader__") is None and not name.startswith("_sysconfigdata")


def lookup(module_name: str, qualname: str) -> "Any":
    """What `module_name` offers under a dotted name; raises AttributeError if there is nothing."""
    found = sys.modules.get(module_name)
    for part in qualname.split("."):
        found = getattr(found, part)
    return found


# What the child calls.

_own = {}


def make_namespace(key: str, name: str, names: "Any") -> dict:
    """Makes an empty by-value module; returns its namespace."""
    module = _own[key] = ModuleType(name)
    for each in names:
        sys.modules[each] = module
    namespace = vars(module)
    namespace["__builtins__"] = sys.modules["builtins"]
    return namespace


def fill(namespace: dict, variables: dict) -> None:
    namespace.update(variables)


def place_unusual(objects: "Any", classes: "Any") -> None:
    """Undoes what `unusual` has found."""
    sys.modules.update(objects)
    for module, cls in classes:
        module.__class__ = cls


def own_module(key: str) -> "OwnModule":
    """The by-value module of that key."""
    return _own[key]


def own_modules() -> list:
    """The keys of the by-value modules and these, while a snapshot is restored."""
    return list(_own.items())


def forget_own_modules() -> None:
    """Lets sys.modules be the only owner of the modules, once a snapshot is restored."""
    _own.clear()


def import_module(name: str) -> "ModuleType":
    """The module of that name, imported if it is not yet."""
    module = sys.modules.get(name)
    if module is None:
        __import__(name)
        module = sys.modules[name]
    return module


def imported_package(name: str, submodules: "Iterable[str]") -> "ModuleType":
    """The package of that name; its submodules, which the parent had imported, are when they are asked for."""
    package = import_module(name)
    for submodule in submodules:
        if submodule not in sys.modules:
            owner = submodule.rpartition(".")[0]
            _offered.setdefault(owner, set()).add(submodule)
            if owner in sys.modules:
                _offer_submodules(sys.modules[owner])
    return package


_offered = {}
"""The submodules that a package has in the parent, by the name of the package."""


def _offer_submodules(package):
    namespace = vars(package)
    former = namespace.get("__getattr__")
    if getattr(former, "__module__", None) == __name__:
        return

    def __getattr__(name):
        submodule = f"{package.__name__}.{name}"
        if submodule in _offered[package.__name__]:
            module = import_module(submodule)
            if submodule in _offered:
                _offer_submodules(module)
            return module
        if former is not None:
            return former(name)
        raise AttributeError(f"module {package.__name__!r} has no attribute {name!r}")

    namespace["__getattr__"] = __getattr__


def submodules_of(package: str) -> "tuple[str, ...]":
    """The names of all that is imported below a package, outer ones first."""
    prefix = package.__name__ + "."
    imported = {name for name, module in list(sys.modules.items()) if module is not None}
    return tuple(sorted(name for name in imported.union(*_offered.values()) if name.startswith(prefix)))


def namespace_of(name: str) -> dict:
    """The namespace of a module that the child imports."""
    return vars(import_module(name))


def import_attribute(module_name: str, qualname: str) -> "Any":
    """What an imported module offers under a dotted name."""
    import_module(module_name)
    return lookup(module_name, qualname)
