# conformance: a child flushes its queue before it ends, unless told not to
import multiprocessing as mp
import sys

COUNT = 500  # times 20 KB: no system's buffer takes so much


def flushes(q):
    for i in range(COUNT):
        q.put('x' * 20_000 + str(i))


def cancels(q, ready):
    q.cancel_join_thread()
    for i in range(COUNT):
        q.put('y' * 20_000)
    ready.set()


if __name__ == '__main__':
    q = mp.Queue()
    p = mp.Process(target=flushes, args=(q,))
    p.start()
    p.join(0.5)
    print('waits for its reader:', p.exitcode)
    print([q.get(timeout=60)[20_000:] for _ in range(COUNT)] == [str(i) for i in range(COUNT)])
    p.join()
    print(p.exitcode)

    q, ready = mp.Queue(), mp.Event()
    p = mp.Process(target=cancels, args=(q, ready))
    p.start()
    print('ready:', ready.wait(60))
    p.join(60)
    print('does not wait:', p.exitcode)
