# conformance: a manager offers list, dict, Namespace, locks, Condition, Event, Barrier, Queue, Value, Array
# methods: fork spawn
import multiprocessing as mp
import sys


def child(names, l, d, ns, lock, rlock, sem, bsem, cond, event, barrier, queue, value, array):
    with lock:
        l.append('child')
    with rlock, rlock:
        d['child'] = names
    ns.child = 'seen'
    with sem, bsem:
        value.value += 1
    array[1] = 11
    queue.put('from the child')
    event.wait(60)
    with cond:
        d['notified'] = True
        cond.notify()
    d['barrier'] = barrier.wait(60) in (0, 1)


def main(method):
    ctx = mp.get_context(method)
    with ctx.Manager() as m:
        print('address is a string or a pair:', isinstance(m.address, (str, tuple)))
        l, d, ns = m.list([1, 2]), m.dict(a=1), m.Namespace(x=1)
        lock, rlock, sem, bsem = m.Lock(), m.RLock(), m.Semaphore(2), m.BoundedSemaphore(1)
        cond, event, barrier, queue = m.Condition(), m.Event(), m.Barrier(2), m.Queue(3)
        value, array = m.Value('i', 5), m.Array('i', [1, 2, 3])
        everything = (l, d, ns, lock, rlock, sem, bsem, cond, event, barrier, queue, value, array)
        print([type(proxy).__name__ for proxy in everything])
        with cond:
            p = ctx.Process(target=child, args=('bob',) + everything)
            p.start()
            print('queue:', queue.get(timeout=60), queue.empty(), queue.qsize())
            event.set()
            print('notified:', cond.wait(60))
        print('barrier:', barrier.wait(60) in (0, 1), barrier.parties, barrier.broken)
        p.join()
        print('exitcode:', p.exitcode)
        print(l, list(l), len(l), l[-1])
        print(d, sorted(d.keys()), d.get('nothing', 0), 'a' in d)
        print(ns, ns.x, ns.child)
        print(value, value.value, array, list(array), array[1])
        print('event:', event.is_set(), event.clear(), event.wait(0.01))
        print('lock:', lock.acquire(), lock.acquire(False), lock.release())
        print('semaphore:', sem.acquire(), sem.acquire(), sem.acquire(False))
        try:
            bsem.release()
        except ValueError as error:
            print('ValueError:', error)
        for i in range(3):
            queue.put(i)
        try:
            queue.put(3, timeout=0.01)
        except Exception as error:
            print(type(error).__module__, type(error).__name__)
        print(str(l), repr(l)[:24], repr(l).endswith('>'))
        try:
            l[99]
        except IndexError as error:
            print('IndexError:', error)
        try:
            d['missing']
        except KeyError as error:
            print('KeyError:', error)


if __name__ == '__main__':
    main(sys.argv[1])
