"""The tasks of a pool that no worker has, and which of them a worker gets next."""

import collections

from _polyproc.pool.tasks import FedCalls, PrefetchWindow

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from _polyproc.pool.tasks import Batch, Source
    from _polyproc.pool.workers import Worker


class Backlog:
    """Its state is the dispatcher's thread's, but for `fed.waiting`, to which any thread may append."""

    def __init__(self, timeout: "float | None") -> None:
        self.sources: "collections.deque[Source]" = collections.deque()
        """With tasks that no worker has yet."""
        self.returned: "collections.deque[Batch]" = collections.deque()
        """Batches that a worker has given back, to be sent to another one."""
        self.fed = FedCalls(PrefetchWindow(), timeout)
        self.timed = timeout is not None
        """Whether there may be tasks with a timeout: they are sent one by one, and not ahead."""
        self._prefers_fed = False

    def add(self, source: "Source") -> None:
        if not source.is_empty():
            self.sources.append(source)

    def has_tasks(self) -> bool:
        return bool(self.returned or self.sources or self.fed.waiting)

    def count(self) -> int:
        """How many tasks there are, as far as that is known. Any thread may ask."""
        returned = sum(len(batch.items) for batch in list(self.returned))
        return len(self.fed.waiting) + returned + sum(source.count() for source in list(self.sources))

    def next_batch(self, worker: "Worker", ahead: bool, workers: int) -> "Batch | None":
        """What a worker gets; None if there is nothing, or it has enough.

        ahead: it has something to do; workers: how many there are.
        """
        if self.returned:
            if ahead and worker.count >= self.returned[0].source.window.ahead():
                return None
            return self._take_returned(worker.left)
        self._prefers_fed = not self._prefers_fed
        if self._prefers_fed:
            return self._take_fed(worker, ahead) or self._take(worker, ahead, workers)
        return self._take(worker, ahead, workers) or self._take_fed(worker, ahead)

    def _take_returned(self, most):
        """The first batch that was given back, or as much of it as is wanted."""
        batch = self.returned[0]
        if len(batch.items) > most:
            return batch.split(int(most))
        return self.returned.popleft()

    def _take_fed(self, worker, ahead):
        if ahead and worker.count >= self.fed.window.ahead():
            return None
        return self.fed.take(1, 1)

    def _take(self, worker, ahead, workers):
        if not self.sources:
            return None
        source = self.sources[0]
        most = source.window.ahead()
        # Once half of them are left.
        if ahead and 2 * worker.count > most or most == worker.count:
            return None
        count = 1 if self.timed else min(most - worker.count, worker.left)
        batch = source.take(max(1, count), workers)
        if source.is_empty():
            self.sources.popleft()
        return batch

    def shares(self, workers: "Iterable[Worker]") -> "Iterator[tuple[Worker, Batch]]":
        """What each worker gets of what was given back: about the same."""
        workers = list(workers)
        total = sum(len(batch.items) for batch in self.returned)
        share = -(-total // max(1, len(workers)))
        for worker in sorted(workers, key=lambda worker: worker.count):
            wanted = min(share, worker.left)
            while self.returned and wanted > 0:
                batch = self._take_returned(wanted)
                wanted -= len(batch.items)
                yield worker, batch

    def drain(self) -> "Iterator[Batch]":
        """All of it, which it has no more."""
        while self.returned:
            yield self.returned.popleft()
        while self.sources:
            yield from all_of(self.sources.popleft())
        yield from all_of(self.fed)


def all_of(source: "Source") -> "Iterator[Batch]":
    """The tasks that a source has, which it has no more."""
    batch = source.take(1 << 16, 1)
    while batch is not None:
        yield batch
        batch = source.take(1 << 16, 1)
