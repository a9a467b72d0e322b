# conformance: a task's exception comes to the parent with its remote traceback
# methods: fork spawn
# compare: addresses
import multiprocessing as mp
import sys
import traceback


class Custom(Exception):
    def __init__(self, code, text):
        super().__init__(code, text)
        self.code = code


class Unpicklable(Exception):
    def __reduce__(self):
        raise TypeError('not this one')


def fails(x):
    if x == 3:
        raise ValueError('task %d' % x)
    return x


def chained():
    try:
        1 / 0
    except ZeroDivisionError as error:
        raise Custom(5, 'text') from error


def unpicklable_result():
    return (i for i in range(3))


def unpicklable_exception():
    raise Unpicklable('lost')


def exits():
    sys.exit(3)


def attempt(label, action):
    try:
        print(label, '->', action())
    except Exception as error:
        print(label, '->', type(error).__module__.replace('__mp_main__', '__main__'),
              type(error).__name__, error)
        return error


if __name__ == '__main__':
    ctx = mp.get_context(sys.argv[1])
    with ctx.Pool(2) as pool:
        error = attempt('apply', lambda: pool.apply(fails, (3,)))
        cause = error.__cause__
        print(type(cause).__module__, type(cause).__name__)
        lines = str(cause).strip().strip('"').strip().splitlines()
        print(lines[0], '...', lines[-1], '|', any('in fails' in line for line in lines))
        print('printed:', 'The above exception was the direct cause' in ''.join(traceback.format_exception(error)))
        error = attempt('custom', lambda: pool.apply(chained))
        print(error.code, 'ZeroDivisionError: division by zero' in str(error.__cause__))
        attempt('map', lambda: pool.map(fails, range(6), chunksize=1))
        it = pool.imap(fails, range(2, 5))
        print([attempt('imap', lambda: next(it)) and 'raised' for _ in range(4)])
        attempt('starmap', lambda: pool.starmap(fails, [(1, 2)]))
        attempt('result', lambda: pool.apply(unpicklable_result))
        attempt('exception', lambda: pool.apply(unpicklable_exception))
        attempt('exit', lambda: pool.apply_async(fails, (1,)).get(60))
        attempt('argument', lambda: pool.apply(fails, ((i for i in ()),)))
        if sys.argv[1] != 'fork':  # polyproc carries lambdas to workers that were forked
            attempt('function', lambda: pool.apply(lambda: 1))
        attempt('not callable', lambda: pool.apply(5))
        seen = []
        r = pool.map_async(fails, range(6), error_callback=lambda e: seen.append(repr(e)))
        r.wait(60)
        print(r.ready(), r.successful(), seen)
        print('still works:', pool.map(fails, [1, 2]))
    for arguments in (0,), (-1,), (1, 'no function'):
        attempt('Pool%r' % (arguments,), lambda: ctx.Pool(*arguments))
    attempt('maxtasksperchild', lambda: ctx.Pool(1, maxtasksperchild=0))
