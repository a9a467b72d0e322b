# conformance: workers that die at every start do not start for ever, and processes that memory has no room for not at all
# methods: fork spawn
# stderr: ignored
# mask: (Fork|Spawn)PoolWorker-\d+ \(pid \d+\) => worker
# polyproc-only: CPython's pool starts them for ever
import multiprocessing as mp
import os
import subprocess
import sys
import time


def fail(text):
    raise ValueError(text)


def square(x):
    return x * x


def fail_at_first(path):
    try:
        os.close(os.open(path, os.O_CREAT | os.O_EXCL))
    except FileExistsError:
        return
    os._exit(9)


def fail_if(wanted, path):
    if os.path.exists(path) == wanted:
        os._exit(9)


def pause_and_tell(_):
    time.sleep(0.05)
    return os.getpid()


def attempt(label, action):
    try:
        print(label, '->', action())
    except mp.WorkerLostError as error:
        lines = str(error).splitlines()
        print(label, '->', type(error).__name__, error.exitcode, error.task, isinstance(error.pid, int),
              lines[0].partition(';')[0], '|', lines[-1].strip())


if __name__ == '__main__':
    ctx = mp.get_context(sys.argv[1])
    with ctx.Pool(1, fail, ('no such thing',)) as pool:
        attempt('apply', lambda: pool.apply(square, (3,)))
        attempt('map', lambda: pool.map(square, range(10)))
        attempt('imap', lambda: next(pool.imap(square, range(10))))
    print(mp.active_children())
    with ctx.Pool(2, os._exit, (5,)) as pool:
        attempt('os._exit', lambda: pool.apply(square, (3,)))
    with ctx.Pool(2, fail_at_first, (os.path.join(os.getcwd(), 'mark'),)) as pool:
        attempt('only at first', lambda: pool.map(square, range(5)))
    mark = os.path.join(os.getcwd(), 'another mark')
    with ctx.Pool(2, fail_if, (False, mark)) as pool:
        attempt('not yet', lambda: pool.apply(square, (3,)))
        open(mark, 'x').close()
        time.sleep(1.5)
        attempt('later', lambda: pool.map(square, range(5)))
    os.remove(mark)
    with ctx.Pool(2, fail_if, (True, mark)) as pool:
        while len(set(pool.map(pause_and_tell, range(8), 1))) < 2:
            pass
        open(mark, 'x').close()
        attempt('one of two', lambda: pool.apply(os._exit, (4,)))
        # The other one serves, whatever becomes of those that are to replace it.
        for _ in range(5):
            time.sleep(0.3)
            pids = pool.map(pause_and_tell, range(4), 1)
        print('served by', len(set(pids)))
        os.remove(mark)
        while len(set(pool.map(pause_and_tell, range(8), 1))) < 2:
            pass
        print('served by', 2)
    pool = ctx.Pool(1, fail, ('closed',))
    result = pool.apply_async(square, (3,))
    pool.close()
    pool.join()
    attempt('closed', result.get)
    code = 'import multiprocessing; multiprocessing.Process(target=print).start()'
    child = subprocess.run([sys.executable, '-c', code], capture_output=True, text=True,
                           env={**os.environ, 'POLYPROC_MEMORY_RESERVE': '100000000'})
    last = child.stderr.splitlines()[-1]
    print(child.returncode, last.partition(':')[0], '|', last.rpartition(';')[2].rstrip(')'))
