#!/usr/bin/env python3
"""What becomes of a program when one of its processes dies or misbehaves: the same cases for any Python.

    python3.12 tests-py/failures/cases.py [--patience SECONDS] [case…]
    ./polyproc tests-py/failures/cases.py [--patience SECONDS] [case…]

Each case is a program of its own, which hangs if it does not end within the patience.
"""

import multiprocessing as mp
import os
import signal
import subprocess
import sys
import time
import warnings

CASES = {}


def case(text):
    def note(function):
        CASES[function.__name__] = (text, function)
        return function

    return note


def square(x):
    return x * x


def kill_self(_=None):
    os.kill(os.getpid(), signal.SIGKILL)


class BadArgument:
    def __reduce__(self):
        return int, ("not a number",)


def give_bad_result(_):
    return BadArgument()


def fail():
    raise ValueError("no start")


class FailsHalfway:
    def __len__(self):
        return 6

    def __iter__(self):
        yield from range(3)
        raise ValueError("halfway")


def outcome(action):
    try:
        return repr(action())
    except BaseException as e:
        return f"{type(e).__name__}: {e}".partition("\n")[0]


@case("a pool worker is killed in a task")
def worker_killed():
    with mp.Pool(2) as pool:
        doomed = pool.apply_async(kill_self)
        others = pool.map(square, range(4), 1)
        print("others:", others, "| the task:", outcome(doomed.get))


@case("a pool worker calls os._exit in a task of map")
def worker_exits():
    with mp.Pool(2) as pool:
        print(outcome(lambda: pool.map(os._exit, [3])))


@case("a pool's initializer fails")
def initializer_fails():
    with mp.Pool(2, fail) as pool:
        print(outcome(lambda: pool.apply(square, (1,))))


@case("a task cannot be unpickled")
def bad_argument():
    with mp.Pool(1) as pool:
        print(outcome(lambda: pool.apply(square, (BadArgument(),))))


@case("a result cannot be unpickled")
def bad_result():
    with mp.Pool(1) as pool:
        print(outcome(lambda: pool.apply(give_bad_result, (1,))), "| then:", outcome(lambda: pool.apply(square, (3,))))


@case("the iterable of a map fails halfway")
def iterable_fails():
    with mp.Pool(2) as pool:
        print(outcome(lambda: pool.map(square, FailsHalfway(), 1)))


@case("a Lock's holder is killed")
def lock():
    the_lock = mp.Lock()
    started(hold, the_lock)
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        print("acquired:", the_lock.acquire(), *(w.category.__name__ for w in caught))


@case("a process is killed inside Queue.get")
def queue_get():
    q = mp.Queue()
    started(wait_to_get, q)
    q.put("after")
    print("got", q.get())


@case("a process is killed inside Condition.wait")
def condition():
    the_condition = mp.Condition()
    started(wait_for, the_condition)
    with the_condition:
        the_condition.notify()
    print("notified")


@case("the main process is killed")
def main_killed():
    reader, writer = os.pipe()
    os.set_inheritable(writer, True)
    program = subprocess.Popen([sys.executable, __file__, "run", "_with_pool"], stdout=writer, pass_fds=(writer,))
    os.close(writer)
    pids = [int(pid) for pid in os.read(reader, 1000).split()]
    program.kill()
    program.wait()
    begin = time.monotonic()
    while time.monotonic() - begin < 10 and any(is_running(pid) for pid in pids):
        time.sleep(0.1)
    left = sum(map(is_running, pids))
    print(f"{left} of {len(pids)} workers left" if left else "no worker is left")
    for pid in pids:
        if is_running(pid):
            os.kill(pid, signal.SIGKILL)


@case("Ctrl-C during a map")
def interrupt():
    program = subprocess.Popen(
        [sys.executable, __file__, "run", "_with_pool"],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        start_new_session=True,
    )
    pids = [int(pid) for pid in program.stdout.readline().split()]
    time.sleep(1)
    begin = time.monotonic()
    os.killpg(program.pid, signal.SIGINT)
    for pid in pids:
        # Those of a program that runs in a worker are not in the group.
        if os.getpgid(pid) != program.pid:
            os.kill(pid, signal.SIGINT)
    _, errors = program.communicate()
    print(
        "status",
        program.returncode,
        "|",
        errors.count("Traceback"),
        "tracebacks,",
        len(errors.splitlines()),
        "lines |",
        "soon" if time.monotonic() - begin < 30 else "late",
    )


def is_running(pid):
    try:
        with open(f"/proc/{pid}/stat") as file:
            return file.read().rpartition(")")[2].split()[0] not in "ZX"
    except OSError:
        return False


def _with_pool():
    with mp.Pool(4) as pool:
        pool.map(square, range(8), 1)
        print(*(process.pid for process in pool._pool), flush=True)
        pool.map(time.sleep, [100] * 4, 1)


def started(target, primitive):
    """Starts a process, waits until it is there, and kills it."""
    here, there = mp.Pipe()
    process = mp.Process(target=target, args=(primitive, there))
    process.start()
    here.recv()
    time.sleep(0.5)
    process.kill()
    process.join()


def hold(lock, connection):
    lock.acquire()
    connection.send(None)
    time.sleep(100)


def wait_to_get(q, connection):
    connection.send(None)
    q.get()


def wait_for(condition, connection):
    with condition:
        connection.send(None)
        condition.wait()


def main(arguments):
    if arguments[:1] == ["run"]:
        name = arguments[1]
        (CASES[name][1] if name in CASES else globals()[name])()
        return
    patience = 10.0
    if arguments[:1] == ["--patience"]:
        patience = float(arguments[1])
        arguments = arguments[2:]
    for name in arguments or CASES:
        print(f"{CASES[name][0]:45} ", end="", flush=True)
        program = subprocess.Popen(
            [sys.executable, __file__, "run", name],
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            text=True,
            start_new_session=True,
        )
        try:
            print(program.communicate(timeout=patience)[0].strip() or f"ends with status {program.returncode}", flush=True)
        except subprocess.TimeoutExpired:
            print("hangs", flush=True)
            os.killpg(program.pid, signal.SIGKILL)
            program.communicate()


if __name__ == "__main__":
    main(sys.argv[1:])
