"""Uses the manager at the port given, prints what it sees and shuts it down."""

from multiprocessing import AuthenticationError, current_process
from multiprocessing.managers import SyncManager, dispatch
import queue
import sys


class Manager(SyncManager):
    pass


Manager.register('tasks')

address = ('127.0.0.1', int(sys.argv[1]))
try:
    Manager(address=address, authkey=b'not the key').connect()
except AuthenticationError as error:
    print('AuthenticationError:', error)

current_process().authkey = b'the key'  # for proxies within proxies
m = Manager(address=address, authkey=b'the key')
m.connect()
tasks = m.tasks()
tasks.put({'values': [1, 2.5, b'bytes', 'é', None, 2 ** 70]})
print(tasks.get(), tasks.qsize())
try:
    tasks.get_nowait()
except queue.Empty as error:
    print('Empty:', error)
l, d, ns, value = m.list([3, 1, 2]), m.dict(a=1), m.Namespace(x=1), m.Value('i', 5)
l.sort()
d['list'] = l
d['list'].append(4)
ns.y, value.value = 2, 6
print(l, l[-1], sorted(d.keys()), ns, value.value, m.Array('i', [1, 2])[1])
try:
    l[9]
except IndexError as error:
    print('IndexError:', error)
lock, event, barrier = m.Lock(), m.Event(), m.Barrier(1)
print(lock.acquire(), lock.acquire(False), lock.release(), event.set(), event.wait(1), barrier.wait())
connection = m._Client(address, authkey=b'the key')
print(dispatch(connection, None, 'shutdown'))
