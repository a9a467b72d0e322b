# conformance: when a parent is killed, its pool's and executor's workers, manager and daemonic children end, and others go on
# methods: fork spawn forkserver
# polyproc-only: CPython leaves those that wait for a parent that is no more
import glob
import multiprocessing as mp
import os
import shutil
import signal
import sys
import tempfile
import time
from concurrent.futures import ProcessPoolExecutor

SECONDS = 5


def own_pid(_):
    time.sleep(0.1)
    return os.getpid()


def sleep_long():
    time.sleep(1000)


def go_on(conn):
    conn.recv()
    conn.send('went on')


def parent(method, conn, there):
    ctx = mp.get_context(method)
    pool = ctx.Pool(1)
    executor = ProcessPoolExecutor(1, mp_context=ctx)
    manager = ctx.Manager()
    daemon = ctx.Process(target=sleep_long, daemon=True)
    daemon.start()
    other = ctx.Process(target=go_on, args=(there,))
    other.start()
    conn.send({'pool': pool.apply(own_pid, (0,)), 'executor': list(executor.map(own_pid, [0]))[0],
               'manager': manager._process.pid, 'daemon': daemon.pid})
    time.sleep(1000)


def is_running(pid):
    try:
        with open(f'/proc/{pid}/stat') as file:
            return file.read().rpartition(')')[2].split()[0] != 'Z'
    except (FileNotFoundError, ProcessLookupError):
        return False


if __name__ == '__main__':
    method = sys.argv[1]
    ctx = mp.get_context(method)
    for name in ('SIGKILL', 'SIGTERM', 'SIGHUP'):
        here, conn = ctx.Pipe()
        here_of_other, there = ctx.Pipe()
        middle = ctx.Process(target=parent, args=(method, conn, there))
        middle.start()
        pids = here.recv()
        print(name, *(is_running(pid) for pid in pids.values()))
        os.kill(middle.pid, getattr(signal, name))
        middle.join()
        print('exit status', middle.exitcode)
        end = time.monotonic() + SECONDS
        while time.monotonic() < end and any(map(is_running, pids.values())):
            time.sleep(0.05)
        print('left', [what for what, pid in pids.items() if is_running(pid)])
        here_of_other.send('go on')
        print(here_of_other.recv())
        # The folder of the manager's socket stays, as in CPython.
        for folder in glob.glob(os.path.join(tempfile.gettempdir(), 'pymp-*')):
            shutil.rmtree(folder)
