# conformance: where a pool's worker dies, and how, decides what one task's owner sees; nobody else sees anything
# methods: fork spawn
# stderr: ignored
# timeout: 300
# polyproc-only: CPython's pool loses the task and waits for ever
import multiprocessing as mp
import os
import signal
import struct
import sys
from multiprocessing.connection import Connection

MAIN = int(os.environ.setdefault('MAIN_PROCESS', str(os.getpid())))


class Ruin:
    """Does it when somebody meets it in a worker."""

    def __init__(self, how):
        self.how = how

    def __repr__(self):
        return 'Ruin()'

    def __reduce__(self):
        if os.getpid() != MAIN:
            ruin(self.how)
        return ruin_at_unpickling, (self.how,)


class RuinedResult:
    def __init__(self, how):
        self.how = how

    def __reduce__(self):
        ruin(self.how)


def ruin_at_unpickling(how):
    ruin(how)


def ruin(how):
    if how == 'SIGKILL':
        os.kill(os.getpid(), signal.SIGKILL)
    elif how == 'os._exit':
        os._exit(7)
    elif how == 'sys.exit':
        sys.exit(8)
    elif how == 'abort':
        os.kill(os.getpid(), signal.SIGABRT)
    elif how == 'MemoryError':
        raise MemoryError('no more')
    else:
        raise ValueError('by ' + how)


def square(x):
    return x * x


def run(how):
    ruin(how)


def give(how):
    return RuinedResult(how)


def send(how):
    """The result is being sent, and half of it is written."""
    def send_a_part(connection, data):
        message = struct.pack('>i', len(data)) + data
        os.write(connection.fileno(), message[:len(message) // 2])
        ruin(how)

    Connection.send_bytes = send_a_part
    return 'x' * 3_000_000


def nothing(x):
    return x


def run_one(x):
    if x == 5:
        os.kill(os.getpid(), signal.SIGKILL)
    return x


def seen(error):
    text = type(error).__name__
    if isinstance(error, mp.WorkerLostError):
        alive = os.path.exists(f'/proc/{error.pid}')
        text += f' {error.exitcode} {error.signal} {"still there" if alive else "gone"}: {error.task}'
    return text


WHERE = {
    'unpickling it': lambda how: (nothing, (Ruin(how),)),
    'running': lambda how: (run, (how,)),
    'pickling the result': lambda how: (give, (how,)),
    'sending it': lambda how: (send, (how,)),
}
HOW = 'SIGKILL', 'os._exit', 'sys.exit', 'abort', 'MemoryError', 'exception'


def attempt(pool, where, how):
    called = []
    function, arguments = WHERE[where](how)
    doomed = pool.apply_async(function, arguments, error_callback=called.append)
    others = pool.map_async(square, range(50), 1)
    try:
        result = str(doomed.get(60))
    except Exception as error:
        result = seen(error)
    print(f'{where:20} {how:12}', result.replace('__mp_main__', '__main__'), '|',
          'others:', others.get(60) == [x * x for x in range(50)], 'called back:', len(called))


if __name__ == '__main__':
    ctx = mp.get_context(sys.argv[1])
    with ctx.Pool(2) as pool:
        for where in WHERE:
            for how in HOW:
                if (where, how) not in (('sending it', 'MemoryError'), ('sending it', 'exception')):
                    attempt(pool, where, how)

        print('-- idle')
        pids = [process.pid for process in pool._pool]
        for process in pool._pool[:]:
            os.kill(process.pid, signal.SIGKILL)
        print(pool.map(square, range(5)), pool.apply(square, (9,)))
        print('replaced:', not set(pids) & {process.pid for process in pool._pool})

        print('-- booting')
        pool._pool[0].terminate()
        print(pool.map(square, range(5)))
        for process in pool._pool[:]:
            process.kill()
        print(pool.map(square, range(5)))

        print('-- a map, whose other chunks are done')
        result = pool.map_async(run_one, range(20), 1)
        try:
            result.get(60)
        except mp.ProcessError as error:
            print(seen(error).replace('__mp_main__', '__main__'))
        print('-- imap goes on behind it')
        results = pool.imap(run_one, range(8))
        got = []
        while True:
            try:
                got.append(next(results))
            except StopIteration:
                break
            except mp.WorkerLostError:
                got.append('lost')
        print(got)
    print(mp.active_children())
