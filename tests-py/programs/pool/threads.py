# conformance: ThreadPool and multiprocessing.dummy have the same API on threads
# compare: addresses
from multiprocessing import dummy
from multiprocessing.pool import ThreadPool
import os
import threading

here = os.getpid()
with ThreadPool(3) as pool:
    print(pool.map(lambda x: (x * x, os.getpid() == here), range(4)))
    print(pool.apply_async(threading.current_thread).get(60) is not threading.main_thread())
    print(sorted(pool.imap_unordered(lambda x: -x, range(4))), list(pool.imap(abs, [-1, -2])))
    try:
        pool.apply(lambda: 1 / 0)
    except ZeroDivisionError as error:
        print('ZeroDivisionError:', error, error.__cause__)
    print(pool.starmap(lambda a, b: a + b, [(1, 2), (3, 4)]))

seen = []
q = dummy.Queue()
p = dummy.Process(target=lambda n: (seen.append(n), q.put('from a thread')), args=(5,))
print(p.exitcode, p.is_alive())
p.start()
p.join()
print(seen, q.get(), p.exitcode, dummy.current_process().name)
a, b = dummy.Pipe()
a.send([1])
print(b.recv(), b.poll(0.01))
with dummy.Pool(2) as pool:
    print(pool.map(str, range(3)))
with dummy.Manager().Lock():
    print(type(dummy.Value('i', 3)).__name__, dummy.Value('i', 3).value, list(dummy.Array('i', [1, 2])))
