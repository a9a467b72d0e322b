"""Managers: the standard library's."""

import os

from _polyproc.stdlib import load_stdlib

load_stdlib(globals())


class _Dict(dict):
    """A shared dict: GraalPy 25.0.3 lets an iteration end where the dict was cleared, and CPython raises."""

    def __iter__(self):
        return _checked(self, len(self))

    def __reduce_ex__(self, protocol):
        return dict, (dict(self),)


def _checked(mapping, size):
    for key in dict.__iter__(mapping):
        yield key
    if len(mapping) != size:
        raise RuntimeError("dictionary changed size during iteration")


SyncManager.register("dict", _Dict, DictProxy)

_finalize_manager = BaseManager._finalize_manager


def _finalize_and_clear(server, address, *arguments):
    """Shuts the server down. One that had to be terminated has left the folder of its socket, which goes too."""
    _finalize_manager(server, address, *arguments)
    if server.exitcode and isinstance(address, str):
        folder = os.path.dirname(address)
        if os.path.basename(folder).startswith("pymp-") and folder != process.current_process()._config.get("tempdir"):
            import shutil

            shutil.rmtree(folder, ignore_errors=True)


BaseManager._finalize_manager = staticmethod(_finalize_and_clear)
