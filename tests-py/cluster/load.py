"""A mixed load for `faults.py`: tasks, queue items and locks on all nodes; says what was wrong.

tasks  each is answered once, by its result or by an error that names a lost worker; none runs twice
items  of each producer all are seen, once and in order, up to the last that its node had put
locks  never two at once in the guarded part
"""

import collections
import multiprocessing as mp
import os
import random
import sys
import threading
import time

TASKS_AHEAD = 40


def node():
    return os.path.basename(os.environ["POLYPROC_CLUSTER_NODE"])


def work(n):
    started.put(n)
    time.sleep(random.random() * 0.05)
    return n * 2


def prepare(queue):
    global started
    started = queue


def produce(queue, name, stop):
    for i in range(10**9):
        queue.put((name, i))
        if stop.value:
            return
        time.sleep(0.005)


def guard(lock, owner, count, wrong, stop):
    while not stop.value:
        with lock:
            owner.value = os.getpid()
            time.sleep(0.002)
            if owner.value != os.getpid():
                wrong.value += 1
            count.value += 1


class Kept:
    """Processes that are started again whenever they are lost."""

    def __init__(self, target, arguments, nodes):
        self._target, self._arguments, self._nodes = target, arguments, nodes
        self._processes = {}
        self._serial = 0
        self.started = 0

    def look(self):
        for name in self._nodes:
            process = self._processes.get(name)
            if process is not None and process.exitcode is None:
                continue
            self._serial += 1
            process = mp.Process(target=self._target, args=self._arguments(f"{name}{self._serial}"), node=name)
            try:
                process.start()
            except (ValueError, OSError):
                continue  # the node is not there
            self._processes[name] = process
            self.started += 1

    def join(self):
        for process in self._processes.values():
            process.join(20)
            if process.exitcode is None:
                process.kill()
                process.join()


def main(seconds, nodes):
    problems = []
    stop, owner, count, wrong = mp.Value("i", 0), mp.Value("i", 0), mp.Value("i", 0), mp.Value("i", 0)
    lock, items, begun = mp.Lock(), mp.SimpleQueue(), mp.SimpleQueue()
    runs, answers = collections.Counter(), collections.Counter()
    lost = 0
    next_item = {}
    seen = 0

    def count_runs():
        while (n := begun.get()) is not None:
            runs[n] += 1

    def take_items():
        nonlocal seen
        while (item := items.get()) is not None:
            name, i = item
            if i != next_item.get(name, 0):
                problems.append(f"item {i} of {name} in the place of {next_item.get(name, 0)}")
            next_item[name] = i + 1
            seen += 1

    threads = [threading.Thread(target=target, daemon=True) for target in (count_runs, take_items)]
    for thread in threads:
        thread.start()
    producers = Kept(produce, lambda name: (items, name, stop), nodes)
    guards = Kept(guard, lambda name: (lock, owner, count, wrong, stop), nodes)
    end = time.monotonic() + seconds
    task = 0
    pending = {}
    with mp.Pool(initializer=prepare, initargs=(begun,)) as pool:
        while time.monotonic() < end or pending:
            if time.monotonic() < end:
                producers.look()
                guards.look()
                while len(pending) < TASKS_AHEAD:
                    pending[task] = pool.apply_async(work, (task,))
                    task += 1
            elif time.monotonic() > end + 60:
                problems.append(f"{len(pending)} tasks are not answered")
                break
            for n, result in list(pending.items()):
                if result.ready():
                    del pending[n]
                    answers[n] += 1
                    try:
                        if result.get() != n * 2:
                            problems.append(f"task {n} has another result")
                    except mp.context.WorkerLostError:
                        lost += 1
                    except mp.ProcessError as e:
                        problems.append(f"task {n}: {e!r}")
            time.sleep(0.02)
        stop.value = 1
        producers.join()
        guards.join()
    items.put(None)
    begun.put(None)
    for thread in threads:
        thread.join(30)
        if thread.is_alive():
            problems.append("a queue gives nothing any more")
    problems += [f"task {n} ran {times} times" for n, times in runs.items() if times > 1]
    problems += [f"task {n} was answered {answers[n]} times" for n in range(task) if answers[n] != 1]
    if wrong.value:
        problems.append(f"{wrong.value} times two held the lock")
    print(
        f"{task} tasks, {lost} of them lost with workers; {seen} items of {producers.started} producers; the lock "
        f"was taken {count.value} times by {guards.started} processes"
    )
    for problem in problems[:20]:
        print("wrong:", problem)
    return bool(problems)


if __name__ == "__main__":
    sys.exit(main(float(sys.argv[1]), sys.argv[2]))
