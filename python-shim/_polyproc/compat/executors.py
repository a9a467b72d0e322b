"""`concurrent.futures`: what a process does at its end about the threads of executors, which a forked child does not have.

It wakes and joins them, so a child would wait for ever for a lock that one of them held. CPython makes the lock of pools of
threads anew in a child; the library of GraalPy 25.0.3 leaves that out. A pool of processes that has ended CPython drops with
the last reference, and wakes it no more; here it is there until a collection.
"""
# Needed while: from concurrent.futures import thread; "\n    os.register_at_fork(" not in open(thread.__file__).read()

from _polyproc.process.forking import after_in_child


def install(module):
    """Lets a forked child forget its parent's executors, and nobody wake one that has ended."""
    if hasattr(module, "_threads_queues"):

        @after_in_child
        def forget():
            module._global_shutdown_lock._at_fork_reinit()
            module._threads_queues.clear()

    else:
        _quieten(module._ExecutorManagerThread)

        @after_in_child
        def forget():
            for thread, wakeup in list(module._threads_wakeups.items()):
                thread.shutdown_lock._at_fork_reinit()
                wakeup._lock._at_fork_reinit()
            module._threads_wakeups.clear()


def _quieten(manager):
    """Lets nobody wake a manager that has ended: the program's end and the collection of its executor do."""
    run = manager.run

    def run_to_end(self):
        try:
            run(self)
        finally:
            self.thread_wakeup.wakeup = _nothing

    run_to_end.__name__, run_to_end.__qualname__ = "run", run.__qualname__
    manager.run = run_to_end


def _nothing():
    pass
