# conformance: what cannot be pickled fails in the parent, at start(), with pickle's own message
# methods: spawn forkserver
# compare: addresses
import multiprocessing as mp
import pickle
import sys
import threading


def target(*args):
    print('never runs', args)


def local_target():
    def inner():
        pass

    return inner


class Local:
    class Refuses:
        def __reduce__(self):
            raise ValueError('refuses to be pickled')


def attempt(label, action):
    try:
        print(label, '->', action())
    except Exception as error:
        print(label, '->', type(error).__module__, type(error).__name__, error)


if __name__ == '__main__':
    ctx = mp.get_context(sys.argv[1])
    attempt('lambda', ctx.Process(target=lambda: None).start)
    attempt('local function', ctx.Process(target=local_target()).start)
    attempt('generator', ctx.Process(target=target, args=((i for i in ()),)).start)
    attempt('thread lock', ctx.Process(target=target, args=(threading.Lock(),)).start)
    attempt('own refusal', ctx.Process(target=target, args=(Local.Refuses(),)).start)
    print('children:', mp.active_children())
    print('-- only by inheritance')
    for make in ctx.Lock, ctx.Event, ctx.Queue, ctx.SimpleQueue, ctx.JoinableQueue, ctx.Condition:
        attempt(make.__name__, lambda: pickle.dumps(make()))
    attempt('Value', lambda: pickle.dumps(ctx.Value('i', 1)))
    attempt('Array', lambda: pickle.dumps(ctx.Array('i', 1)))
    attempt('Process', lambda: pickle.dumps(ctx.Process(target=target)) and 'pickled')
