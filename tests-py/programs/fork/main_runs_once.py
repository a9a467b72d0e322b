# conformance: without a main guard, nothing that main has already executed runs again in a child
from multiprocessing import Pool, Process, Queue
import os

with open('runs.txt', 'a') as f:
    f.write('top level\n')

if os.path.exists('counter.txt'):
    with open('counter.txt') as f:
        count = int(f.read()) + 1
else:
    count = 1
with open('counter.txt', 'w') as f:
    f.write(str(count))


def announce(function):
    with open('runs.txt', 'a') as f:
        f.write('decorated %s\n' % function.__name__)

    def wrapper(*args):
        return function(*args)

    return wrapper


def expensive():
    with open('runs.txt', 'a') as f:
        f.write('default evaluated\n')
    return 'default'


class Registered:
    with open('runs.txt', 'a') as f:
        f.write('class body\n')

    def __init_subclass__(cls):
        with open('runs.txt', 'a') as f:
            f.write('subclass %s\n' % cls.__name__)


class Derived(Registered):
    pass


@announce
def put(q, x, word=expensive()):
    q.put((x, count, word, __name__, isinstance(Derived(), Registered)))


def plain(x):
    return x, count, __name__, Derived.__name__


results = Queue()
p = Process(target=put, args=(results, 1))
p.start()
print(results.get())
p.join()
print(p.exitcode)

pool = Pool(2)
print(sorted(pool.map(plain, range(3))))
pool.close()
pool.join()

with open('runs.txt') as f:
    print(f.read(), end='')
with open('counter.txt') as f:
    print('counter:', f.read())
