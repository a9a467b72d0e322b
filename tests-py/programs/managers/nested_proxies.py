# conformance: proxies within proxies, a pool in a manager, the methods of list and dict proxies
import multiprocessing as mp
import os


def child(rows, table):
    rows[0].append('child')
    table['inner']['key'] = 'set by child'
    rows.append(rows[0])


def square(x):
    return x * x


if __name__ == '__main__':
    with mp.Manager() as m:
        inner = m.list([1])
        rows, table = m.list([inner]), m.dict(inner=m.dict())
        p = mp.Process(target=child, args=(rows, table))
        p.start()
        p.join()
        print(p.exitcode, inner, rows[0], len(rows), str(rows[1]), table['inner'])
        print([list(row) for row in rows])

        l = m.list('bac')
        l.sort()
        l.reverse()
        l += ['x', 'y']
        l.extend(('z',))
        l.insert(0, 'first')
        print(l, l.pop(), l.index('x'), l.count('a'), 'b' in l, l[1:3], l * 2, l + [0])
        del l[0]
        l[0:2] = [9]
        l.remove('y')
        print(l, sorted(l, key=str), list(reversed(l)), max([1, 2]))

        d = m.dict([('a', 1)], b=2)
        d.update({'c': 3})
        print(d.pop('a'), d.setdefault('d', 4), d.items(), d.values(), d.get('z'), len(d))
        print(list(d), d.copy(), d.popitem(), d.clear(), d)
        print({**m.dict(x=1)}, m.list([[1]])[0], l._getvalue())
        local = m.list([[1], 2])
        local[0].append('lost')
        print(local, 'a change of a copy is not seen')

        pool = m.Pool(1)
        print(type(pool).__name__, pool.map(square, range(3)), pool.apply(square, (5,)))
        print(pool.apply_async(square, (6,)).get(60))
        pool.terminate()
        pool.join()

        q, jq = m.Queue(), m.JoinableQueue()
        q.put(inner)
        print(q.get(), jq.put(1), jq.get(), jq.task_done(), jq.join())
        ns = m.Namespace()
        ns.a, ns._hidden = 1, 2
        print(ns)
        try:
            ns.missing
        except AttributeError as error:
            print('AttributeError:', error)
        lock = m.RLock()
        with lock:
            print(lock.acquire(timeout=1), lock.release())
        e = m.Event()
        print(e.is_set(), e.set(), e.is_set())
