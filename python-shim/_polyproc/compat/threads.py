"""The kernel's ids of Python's threads."""

import _thread

from _polyproc import shelf


def native_id(ident):
    """The kernel's id of a thread of Python's; None if there is none of that id."""
    if ident == _thread.get_ident():
        return _thread.get_native_id()
    threading = shelf.loaded("threading")
    thread = threading._active.get(ident) if threading is not None else None
    if thread is None:
        return None
    return thread.native_id
