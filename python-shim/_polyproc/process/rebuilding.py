"""What holds while a process object is rebuilt in its process."""

import contextlib

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator


@contextlib.contextmanager
def inheriting() -> "Iterator[None]":
    """While the process object is rebuilt, no process may be started."""
    from multiprocessing import process

    process.current_process()._inheriting = True
    try:
        yield
    finally:
        del process.current_process()._inheriting
