"""What a standby worker does before it is needed."""


def run():
    """Imports what nearly every process uses."""
    import atexit
    import io
    import pickle
    import signal
    import threading

    import multiprocessing
    import multiprocessing.connection
    import multiprocessing.managers
    import multiprocessing.pool
    import multiprocessing.queues
    import multiprocessing.spawn
    import multiprocessing.synchronize
    from _polyproc import child, snapshot
