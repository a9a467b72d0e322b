# conformance: a manager serves a TCP address to clients that know the authkey, and refuses the others
import multiprocessing
from multiprocessing.managers import BaseManager
from multiprocessing import AuthenticationError, Process, Queue

tasks = Queue()


class Counter:
    def __init__(self, start=0):
        self.count = start

    def up(self, by=1):
        self.count += by
        return self.count


shared = Counter(100)


class Server(BaseManager):
    pass


class Client(BaseManager):
    pass


Server.register('Counter', Counter)
Server.register('shared', callable=lambda: shared)
Client.register('Counter')
Client.register('shared')


def client(address):
    m = Client(address=address, authkey=b'the key')
    m.connect()
    one_per_call = m.Counter(5)
    print('child:', m.shared().up(), one_per_call.up(2), one_per_call.up(2))


manager = Server(address=('127.0.0.1', 0), authkey=b'the key')
manager.start()
host, port = manager.address
print('serves:', host, port > 0)
print('own proxy:', manager.shared().up(10))

same = Client(address=(host, port), authkey=b'the key')
same.connect()
print('connected:', same.shared().up())

p = Process(target=client, args=((host, port),))
p.start()
p.join()
print('exitcode:', p.exitcode)
print('the object is shared:', same.shared().up())

wrong = Client(address=(host, port), authkey=b'not the key')
try:
    wrong.connect()
except AuthenticationError as error:
    print('AuthenticationError:', error, error.__class__.__mro__[1].__name__)

print('still serves:', same.shared().up())
manager.shutdown()
try:
    same.shared()
except (ConnectionError, EOFError) as error:
    print('after shutdown:', isinstance(error, (ConnectionError, EOFError)))
