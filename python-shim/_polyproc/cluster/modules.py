"""The program's own modules on other nodes: by content hash, from what stands for the process at home.

process: import ──"find"──► stub: the program's finders ──► origin, hash ──"get", unless it is cached──► source
"""

import hashlib
import os
import sys

from _polyproc.cluster import wire
from _polyproc.warmup import preload

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable
    from importlib.machinery import ModuleSpec
    from types import CodeType, ModuleType
    from typing import Any

_SOURCE = b"s"
_NAMESPACE = b"n"
_NOT_HERE = b"0"
_NO_PATH = b"-"


# --- At home.

_sources = {}


def answer(message: bytes) -> bytes:
    """Answers what a process asks."""
    question, *fields = wire.unpack(message)
    if question == b"find":
        return wire.pack(*_find(*(field.decode() for field in fields)))
    if question == b"get":
        return wire.pack(_sources.get(fields[0], b""))
    if question == b"main":
        return wire.pack(main_source(fields[0].decode()))
    return wire.pack(_NOT_HERE)


def main_source(path: str) -> bytes:
    """The source of the program's own file; empty if there is none, as of one that was typed in."""
    loader = getattr(sys.modules["__main__"], "__loader__", None)
    try:
        if isinstance(loader, HomeLoader):
            return loader.get_data(path)
        with open(path, "rb") as file:
            return file.read()
    except OSError:
        return b""


def _find(name, *path):
    """Kind, origin, hash and folders of a module; the path is a package's."""
    spec = getattr(sys.modules.get(name), "__spec__", None)
    if spec is not None:
        return _describe(spec)
    path = None if path[:1] == (_NO_PATH.decode(),) else list(path)
    for finder in sys.meta_path:
        try:
            spec = finder.find_spec(name, path)
        except Exception:
            continue
        if spec is not None:
            return _describe(spec)
    return [_NOT_HERE]


def _describe(spec):
    folders = [] if spec.submodule_search_locations is None else list(spec.submodule_search_locations)
    if spec.loader is None or spec.origin is None:
        return [_NAMESPACE, "", "", *folders] if folders else [_NOT_HERE]
    if not spec.origin.endswith(".py") or spec.origin.startswith(preload.PYTHON_HOME):
        return [_NOT_HERE]  # each node has it, or none can have it
    try:
        source = spec.loader.get_data(spec.origin)
    except (AttributeError, OSError):
        return [_NOT_HERE]
    digest = hashlib.sha256(source).hexdigest().encode()
    _sources[digest] = bytes(source)
    return [_SOURCE, spec.origin, digest, *folders]


# --- There.


class HomeFinder:
    """Finds modules where the process's parent is: before those of this node, but for the standard library."""

    def __init__(self, ask: "Callable") -> None:
        self._ask = ask
        self._of_every_node = frozenset(sys.stdlib_module_names)

    def find_spec(self, name: str, path: "Any" = None, target: "Any" = None) -> "ModuleSpec | None":
        top = name.partition(".")[0]
        if top in self._of_every_node or top.startswith("_polyproc"):
            return None
        if path is not None and not _is_from_home(name.rpartition(".")[0]):
            return None
        kind, *fields = self._ask("find", name, *([_NO_PATH] if path is None else list(path)))
        if kind == _NOT_HERE:
            return None
        from importlib.machinery import ModuleSpec

        origin, digest, *folders = fields
        if kind == _NAMESPACE:
            spec = ModuleSpec(name, None, is_package=True)
        else:
            loader = HomeLoader(name, origin.decode(), self._source(digest))
            spec = ModuleSpec(name, loader, origin=origin.decode(), is_package=bool(folders))  # type: ignore[arg-type]
            spec.has_location = True
        if folders:
            spec.submodule_search_locations = [folder.decode() for folder in folders]
        return spec

    def _source(self, digest):
        """A source by its hash: from this node's cache, else from home."""
        folder = os.path.join(wire.member.folder, "modules")
        path = os.path.join(folder, digest.decode())
        try:
            with open(path, "rb") as file:
                source = file.read()
            if _hash(source) == digest:
                return source
        except OSError:
            pass
        (source,) = self._ask("get", digest)
        if _hash(source) != digest:
            raise ImportError("a module has changed while it was sent")
        try:
            os.makedirs(folder, exist_ok=True)
            part = f"{path}.{os.getpid()}"
            with open(part, "wb") as file:
                file.write(source)
            os.replace(part, path)
        except OSError:
            pass  # the next process asks again
        return source


def _hash(source):
    return hashlib.sha256(source).hexdigest().encode()


def _is_from_home(package):
    spec = getattr(sys.modules.get(package), "__spec__", None)
    return spec is not None and (spec.loader is None or isinstance(spec.loader, HomeLoader))


class HomeLoader:
    """Loads a module from a source that came from home."""

    def __init__(self, name: str, path: str, source: bytes) -> None:
        self.name = name
        self.path = path
        self._source = source

    def create_module(self, spec: "ModuleSpec") -> None:
        return None

    def exec_module(self, module: "ModuleType") -> None:
        exec(self.get_code(), vars(module))

    def get_code(self, name: "str | None" = None) -> "CodeType":
        return compile(self._source, self.path, "exec", dont_inherit=True)

    def get_data(self, path: "Any") -> bytes:
        if path != self.path:
            raise OSError(f"only modules come from another node, not {path}")
        return self._source

    def get_source(self, name: "str | None" = None) -> str:
        from importlib.util import decode_source

        return decode_source(self._source)

    def get_filename(self, name: "str | None" = None) -> str:
        return self.path

    def is_package(self, name: str) -> bool:
        return os.path.basename(self.path) == "__init__.py"


def install(ask: "Callable") -> None:
    """Lets imports ask home."""
    from importlib.machinery import PathFinder

    at = next((i for i, finder in enumerate(sys.meta_path) if finder is PathFinder), len(sys.meta_path))
    sys.meta_path.insert(at, HomeFinder(ask))
