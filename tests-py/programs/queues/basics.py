# conformance: Queue: order, timeouts, Full and Empty, qsize, close and join_thread
# methods: fork spawn forkserver
# compare: addresses
import multiprocessing as mp
import queue
import sys
import time


def attempt(label, action, wait=0):
    start = time.monotonic()
    try:
        result = action()
    except Exception as error:
        result = '%s %s' % (type(error).__name__, error)
    print(label, '->', result, '(waited)' if 0 < wait <= time.monotonic() - start else '')


def child(requests, answers):
    for item in iter(requests.get, None):
        answers.put((item, type(item).__name__))
    answers.put('done')


class Item:
    def __init__(self, n):
        self.n = n

    def __eq__(self, other):
        return isinstance(other, Item) and other.n == self.n


if __name__ == '__main__':
    ctx = mp.get_context(sys.argv[1])
    print('-- there and back')
    requests, answers = ctx.Queue(), ctx.Queue()
    p = ctx.Process(target=child, args=(requests, answers))
    p.start()
    items = [1, 'two', b'three', [4, {'five': (5.5, None)}], Item(6), 'é' * 3, 2 ** 70]
    for item in items:
        requests.put(item)
    requests.put(None)
    received = [answers.get(timeout=60) for _ in items]
    print([name for _, name in received], [item for item, _ in received] == items)
    print(answers.get(timeout=60))
    p.join()
    print(p.exitcode)

    print('-- in one process')
    q = ctx.Queue(2)
    print(q.empty(), q.full(), q.qsize())
    attempt('get_nowait', q.get_nowait)
    attempt('get(timeout)', lambda: q.get(timeout=0.2), 0.19)
    attempt('get(False)', lambda: q.get(block=False))
    q.put('a')
    q.put('b', True, 5)
    print(q.full(), q.qsize())
    attempt('put_nowait', lambda: q.put_nowait('c'))
    attempt('put(timeout)', lambda: q.put('c', timeout=0.2), 0.19)
    print(q.get(), q.get(timeout=5))
    print(q.empty(), q.full(), q.qsize())

    print('-- close')
    attempt('join_thread', q.join_thread)
    print(q.close(), q.join_thread(), q.close())
    attempt('put', lambda: q.put(1))
    attempt('get', lambda: q.get())
    never_used = ctx.Queue()
    print(never_used.close(), never_used.join_thread(), never_used.cancel_join_thread())
    print(queue.Empty is mp.queues.Empty, queue.Full is mp.queues.Full)

    print('-- large')
    q = ctx.Queue()
    q.put(bytes(3_000_000))
    print(len(q.get(timeout=60)))
