"""What a forked child has of its parent's threads keeps it from nothing: they are no more, and hold no locks."""

import multiprocessing
import os
import threading
import time
import unittest
from concurrent.futures import ProcessPoolExecutor, ThreadPoolExecutor
from concurrent.futures import thread as thread_pools

CONTEXT = multiprocessing.get_context("fork")
SECONDS = 60
"""For what takes a moment."""


class Locked:
    """While it is entered, another thread holds a lock."""

    def __init__(self, lock):
        self._is_held, self._is_over = threading.Event(), threading.Event()
        self._thread = threading.Thread(target=self._hold, args=(lock,))

    def _hold(self, lock):
        with lock:
            self._is_held.set()
            self._is_over.wait()

    def __enter__(self):
        self._thread.start()
        self._is_held.wait()
        return self._thread

    def __exit__(self, *exc_info):
        self._is_over.set()
        self._thread.join()


def nothing():
    pass


def join(thread):
    thread.join()


def start(thread):
    thread.start()
    if thread.is_alive():
        thread.join()
    else:
        os._exit(1)


class Children(unittest.TestCase):
    def assert_ends(self, target=nothing, *args):
        process = CONTEXT.Process(target=target, args=args)
        process.start()
        process.join(SECONDS)
        process.kill()
        process.join()
        self.assertEqual(0, process.exitcode)

    def test_a_child_ends_while_a_thread_gives_a_pool_of_threads_something_to_do(self):
        with ThreadPoolExecutor(1) as executor:
            executor.submit(nothing).result()
            with Locked(thread_pools._global_shutdown_lock):
                self.assert_ends()

    def test_a_child_ends_while_a_thread_gives_a_pool_of_processes_something_to_do(self):
        with ProcessPoolExecutor(1, mp_context=CONTEXT) as executor:
            executor.submit(nothing).result()
            with Locked(executor._executor_manager_thread_wakeup._lock):
                self.assert_ends()

    def test_a_child_can_shut_its_parents_pool_down(self):
        with ProcessPoolExecutor(1, mp_context=CONTEXT) as executor:
            executor.submit(nothing).result()
            with Locked(executor._executor_manager_thread_wakeup._lock):
                self.assert_ends(executor.shutdown)
            self.assertEqual(3, executor.submit(len, "abc").result())

    def test_nobody_wakes_an_executor_that_has_ended(self):
        with ProcessPoolExecutor(1, mp_context=CONTEXT) as executor:
            executor.submit(nothing).result()
            thread, wakeup = executor._executor_manager_thread, executor._executor_manager_thread_wakeup
        thread.join()
        with wakeup._lock:
            wakeup.wakeup()

    def test_a_child_can_join_a_thread_that_was_about_to_end(self):
        with Locked(threading.Lock()) as thread:
            try:
                del threading._active[thread.ident]
                self.assert_ends(join, thread)
            finally:
                threading._active[thread.ident] = thread

    def test_a_child_can_start_a_thread_that_its_parent_has_made(self):
        self.assert_ends(start, threading.Thread(target=time.sleep, args=(1,)))


if __name__ == "__main__":
    unittest.main()
