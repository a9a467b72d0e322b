"""The results of a pool's jobs, as their tasks are answered."""

import threading

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence
    from typing import Any

    from _polyproc.pool.tasks import Batch


class Results:
    """Sets the results of jobs, by the numbers of these; a job that the program has given up has none.

    cache: the result of each job, as the standard library's pool has it.
    """

    def __init__(self, cache: "dict[int, Any]") -> None:
        self._cache = cache

    def set_values(self, batch: "Batch", values: "Sequence[Any]") -> None:
        """All tasks of a batch have returned."""
        result = self._cache.get(batch.job)
        if result is not None:
            self._guarded(result, result._set_values, batch.index, values)

    def fail(self, batch: "Batch", place: int, e: BaseException) -> None:
        """The task at a place of a batch has failed."""
        result = self._cache.get(batch.job)
        if result is not None:
            self._guarded(result, result._set, batch.index + place, (False, e))

    def fail_all(self, batch: "Batch", e: BaseException) -> None:
        """Each task of a batch has failed."""
        for place in range(len(batch.items)):
            self.fail(batch, place, e)

    def _guarded(self, result, function, *arguments):
        """Sets a result; an error in a callback of the program's is reported, and all goes on."""
        try:
            function(*arguments)
        except BaseException as e:
            report(e)
            result._give_up()


def report(e: BaseException) -> None:
    """Shows an exception as that of a thread."""
    threading.excepthook(threading.ExceptHookArgs((type(e), e, e.__traceback__, threading.current_thread())))
