"""Uses the manager at the address given, a port or a path, prints what it sees and shuts it down."""

from multiprocessing import AuthenticationError, current_process
from multiprocessing.managers import BaseProxy, SyncManager, dispatch
import math
import queue
import sys
import threading


class AccountProxy(BaseProxy):
    def deposit(self, amount):
        return self._callmethod('deposit', (amount,))


class Manager(SyncManager):
    pass


Manager.register('tasks')
Manager.register('Account', exposed=('deposit', 'history', 'secret'))
Manager.register('OwnProxy', proxytype=AccountProxy)


def attempt(label, action):
    try:
        print(label, '->', action(), flush=True)
    except Exception as error:
        lines = [line for line in str(error).splitlines() if line.strip('-')] or ['']
        print(label, '->', type(error).__name__ + ':', lines[-1], flush=True)


address = ('127.0.0.1', int(sys.argv[1])) if sys.argv[1].isdigit() else sys.argv[1]
attempt('wrong key', Manager(address=address, authkey=b'not the key').connect)

current_process().authkey = b'the key'  # for proxies within proxies
m = Manager(address=address, authkey=b'the key')
m.connect()

print('-- one shared object')
tasks = m.tasks()
tasks.put({'values': [1, 2.5, b'bytes', 'é', None, 2 ** 70, 1 + 2j, {3}, (4,), range(5)]})
print(tasks.get(), tasks.qsize(), m.tasks().empty())
attempt('get_nowait', tasks.get_nowait)

print('-- queues')
q, joinable = m.Queue(1), m.JoinableQueue()
q.put('first')
attempt('full', lambda: q.put('second', timeout=0.05))
print(q.full(), q.get(timeout=5))
joinable.put(bytes(range(256)) * 4096)
print(len(joinable.get()), joinable.task_done(), joinable.join())
attempt('task_done', joinable.task_done)

print('-- locks')
lock, rlock, event, barrier = m.Lock(), m.RLock(), m.Event(), m.Barrier(1)
print(lock.acquire(), lock.acquire(False), lock.acquire(True, 0.05), lock.release())
attempt('release', lock.release)
print(rlock.acquire(), rlock.acquire(), rlock.release(), rlock.release())
semaphore, bounded, condition = m.Semaphore(2), m.BoundedSemaphore(1), m.Condition()
print(semaphore.acquire(), semaphore.acquire(), semaphore.acquire(False), semaphore.release())
attempt('bounded', bounded.release)
with lock, condition:
    print(condition.wait(0.05), condition.notify_all())
print(event.is_set(), event.wait(0.05), event.set(), event.wait(1), event.clear(), event.is_set())
print(barrier.wait(), barrier.parties, barrier.n_waiting, barrier.broken, barrier.abort(), barrier.broken)
attempt('broken barrier', barrier.wait)


def notify():
    with condition:
        condition.notify()


with condition:
    thread = threading.Timer(0.2, notify)
    thread.start()
    print('notified', condition.wait(30))
thread.join()

print('-- values')
l, d, ns = m.list([3, 1, 2]), m.dict(a=1), m.Namespace(x=1)
value, array = m.Value('i', 5), m.Array('i', [1, 2, 3])
l.sort()
l += [7, 8]
l.extend(range(2))
d.update(b=2, c=[3])
ns.y, value.value, array[1] = 2, 6, 20
print(l, l[-1], l[1:3], len(l), 7 in l, l.index(7), l.count(9), l * 2)
print(d, sorted(d), sorted(d.items()), d.get('z', 0), d.pop('a'), 'a' in d, list(iter(d)))
print(ns, ns.x + ns.y, value, value.get(), array, len(array), array[0:2])
attempt('index', lambda: l[9])
attempt('key', lambda: d['nobody'])
attempt('attribute', lambda: ns.nobody)
attempt('unhashable', lambda: d.__setitem__([], 1))
it = iter(d)
d.clear()
attempt('changed', lambda: next(it))

print('-- nested proxies')
outer, inner = m.dict(), m.list([m.dict(deep=1)])
outer['inner'] = inner
outer['inner'].append(m.Queue())
outer['inner'][0]['deep'] += 1
outer['inner'][1].put('through three')
print(inner[0]['deep'], inner[1].get(), len(outer['inner']), type(outer['inner']).__name__)

print('-- pool')
pool = m.Pool(2)
print(pool.map(math.sqrt, [1, 4, 9]), pool.apply(pow, (2, 10)), pool.starmap(pow, [(2, 3), (3, 2)]))
result = pool.apply_async(divmod, (7, 0))
attempt('async', lambda: result.get(30))
print(list(pool.imap(abs, [-1, -2])), pool.map_async(abs, [-3]).get(30))
pool.terminate()
pool.join()

print('-- types of the program')
account = m.Account('ann', amount=5)
print(account.deposit(3), type(account).__name__)
attempt('error', lambda: account.deposit(-1))
attempt('not exposed', lambda: account._callmethod('secret'))
attempt('typeid', lambda: sorted(account.history().items()))
own = m.OwnProxy('bob')
print(own.deposit(2), type(own).__name__)
attempt('unknown type', lambda: m._create('Nobody'))

print('-- the end')
connection = m._Client(address, authkey=b'the key')
print(dispatch(connection, None, 'shutdown'))
