# conformance: exitcode is what the child exits with, or the negative signal; the parent goes on
# methods: fork spawn forkserver
# stderr: recorded
import multiprocessing as mp
import os
import signal
import sys
import time


def returns():
    return 5  # a return value is no exit status


def exits(status):
    sys.exit(status)


def fails():
    raise ValueError('the child fails')


def fails_in_a_chain():
    try:
        {}['key']
    except KeyError as error:
        raise RuntimeError('no key') from error


def os_exits():
    print('not flushed by os._exit', end='')
    os._exit(7)


def signals_itself(number):
    os.kill(os.getpid(), number)
    time.sleep(60)


if __name__ == '__main__':
    ctx = mp.get_context(sys.argv[1])
    for target, *args in [
        (returns,),
        (exits, 3),
        (exits, 'a text'),
        (exits, None),
        (fails,),
        (fails_in_a_chain,),
        (os_exits,),
        (signals_itself, signal.SIGTERM),
        (signals_itself, signal.SIGKILL),
    ]:
        p = ctx.Process(target=target, args=args)
        p.start()
        p.join()
        print(target.__name__, args, p.exitcode, p.is_alive(), flush=True)
        print(p.name, 'exits with', p.exitcode, file=sys.stderr, flush=True)
