"""A pool's dispatcher comes to its end in whatever order things happen; its workers are threads here."""

import collections
import threading
import time
import unittest
from multiprocessing.pool import Pool

from _polyproc.pool.dispatcher import Dispatcher
from _polyproc.pool.tasks import PrefetchWindow
from _polyproc.warmup import workloads

_SECONDS = 60


class _Worker(workloads._Worker):
    before_start = staticmethod(lambda number: None)
    count = 0

    def __init__(self, context, target, args):
        super().__init__(context, target, args)
        _Worker.count += 1
        self.number = _Worker.count

    def start(self):
        _Worker.before_start(self.number)
        super().start()


class ThreadedPool(Pool):
    Process = staticmethod(_Worker)


release = threading.Event()


def wait():
    return release.wait(_SECONDS)


meeting = threading.Barrier(2)


def meet(_):
    meeting.wait(_SECONDS)


def identity(value):
    return value


class Unpicklable:
    def __reduce__(self):
        raise TypeError("not this one")


class PoolDispatch(unittest.TestCase):
    def setUp(self):
        _Worker.count = 0
        release.clear()
        self.addCleanup(setattr, _Worker, "before_start", _Worker.before_start)

    def replace(self, name, function):
        """Gives a method of the dispatcher another body, which gets the former one first."""
        former = getattr(Dispatcher, name)
        self.addCleanup(setattr, Dispatcher, name, former)
        setattr(Dispatcher, name, lambda *arguments: function(former, *arguments))

    def join(self, pool):
        pool._dispatcher.join(_SECONDS)
        alive = pool._dispatcher.is_alive()
        if alive:
            pool.terminate()
        self.assertFalse(alive, "the dispatcher waits for ever")
        pool.join()

    def test_replacement_comes_when_all_is_done(self):
        # The fourth gets ready after the last result, and the message that nothing more starts
        # arrives while the dispatcher hears that it is ready.
        done, ready = threading.Event(), threading.Event()
        _Worker.before_start = lambda number: number == 4 and done.wait(_SECONDS)

        def add_worker(former, dispatcher, worker):
            former(dispatcher, worker)
            if worker.process.number == 4:
                ready.wait(_SECONDS)

        def hear(former, dispatcher, worker):
            former(dispatcher, worker)
            if worker.process.number == 4 and not ready.is_set():
                ready.set()
                dispatcher._starter.join()

        self.replace("add_worker", add_worker)
        self.replace("_on_readable", hear)
        pool = ThreadedPool(2, maxtasksperchild=1)
        slow = pool.apply_async(wait)
        quick = [pool.apply_async(identity, (i,)) for i in range(2)]
        pool.close()
        self.assertEqual([0, 1], [result.get(_SECONDS) for result in quick])
        release.set()
        slow.get(_SECONDS)
        pool._manager.size = 1
        done.set()
        self.join(pool)

    def test_last_worker_ends_with_the_last_task(self):
        pool = ThreadedPool(1, maxtasksperchild=1)
        result = pool.apply_async(wait)
        pool.close()
        release.set()
        self.assertTrue(result.get(_SECONDS))
        self.join(pool)

    def test_close_right_before_the_dispatcher_waits(self):
        pool = ThreadedPool(1)
        self.assertEqual(1, pool.apply(identity, (1,)))
        closed = threading.Event()

        def timeout(former, dispatcher):
            milliseconds = former(dispatcher)
            if not closed.is_set():
                pool.close()
                closed.set()
            return milliseconds

        self.replace("_timeout", timeout)
        pool._dispatcher.put()
        self.assertTrue(closed.wait(_SECONDS))
        self.join(pool)

    def test_quick_tasks_are_shared_out_in_turn(self):
        sent = collections.Counter()

        def send(former, dispatcher, worker, batch):
            sent[worker.process.number] += len(batch.items)
            former(dispatcher, worker, batch)

        pool = ThreadedPool(2)
        pool.map(meet, range(2), chunksize=1)  # both are ready
        self.replace("_send", send)
        self.addCleanup(setattr, PrefetchWindow, "ahead", PrefetchWindow.ahead)
        PrefetchWindow.ahead = lambda window: 16
        self.assertEqual(list(range(8)), pool.map(identity, range(8), chunksize=1))
        self.assertEqual(8, sent[1] + sent[2])
        self.assertLessEqual(abs(sent[1] - sent[2]), 2, sent)
        pool.close()
        self.join(pool)

    def test_last_task_cannot_be_sent(self):
        pool = ThreadedPool(1)
        while not pool._dispatcher._workers or not pool._dispatcher._workers[0].ready:
            time.sleep(0.01)
        first = pool.apply_async(wait)
        last = pool.apply_async(identity, (Unpicklable(),))
        pool.close()
        release.set()
        self.assertTrue(first.get(_SECONDS))
        self.assertRaisesRegex(TypeError, "not this one", last.get, _SECONDS)
        self.join(pool)


if __name__ == "__main__":
    unittest.main()
