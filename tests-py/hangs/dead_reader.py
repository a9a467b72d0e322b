"""The process that reads a bounded queue is killed: the one that fills it waits for room."""

import multiprocessing
import os
import signal


def read_one(tasks):
    tasks.get()
    os.kill(os.getpid(), signal.SIGKILL)


def fill(tasks):
    for number in range(100):
        tasks.put(number)  # hangs


if __name__ == "__main__":
    tasks = multiprocessing.Queue(4)
    reader = multiprocessing.Process(target=read_one, args=(tasks,))
    reader.start()
    fill(tasks)
    reader.join()
