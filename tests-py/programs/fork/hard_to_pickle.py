# conformance: locks, caches, loggers and other things that pickle refuses can be used in a child
import collections
import contextvars
import functools
import io
import itertools
import logging
import operator
import queue
import random
import re
import threading
import types
import weakref
from multiprocessing import Process

lock = threading.Lock()
rlock = threading.RLock()
condition = threading.Condition()
event = threading.Event()
event.set()
semaphore = threading.Semaphore(2)
local = threading.local()
local.x = 'local of the main thread'
thread_queue = queue.Queue()
thread_queue.put('queued')
pattern = re.compile(r'(\w+)=(\d+)')
match = pattern.match('a=1')
numbers = itertools.count(5)
next(numbers)
cycle = itertools.cycle('ab')
items = iter([1, 2, 3])
next(items)
logger = logging.getLogger('mine')
buffer = io.StringIO('text in memory')
buffer.read(5)
proxy = types.MappingProxyType({'k': 'v'})
keys = {'x': 1}.keys()
getter = operator.itemgetter(1)
own_random = random.Random(7)
own_random.random()
module = types
namespace = types.SimpleNamespace(lock=lock)
builtin_method = [].append
string_method = 'abc'.upper
partial = functools.partial(max, key=lambda p: p[1])
ellipsis = (..., NotImplemented, None, Exception, int, type(None), type(lambda: 0))


class Account:
    def __init__(self):
        self._lock = threading.Lock()
        self.balance = 0
        self.__cache = {}

    def deposit(self, amount):
        with self._lock:
            self.balance += amount
            return self.balance

    @functools.cached_property
    def costly(self):
        return 'computed'


account = Account()
account.deposit(5)
account.costly
reference = weakref.ref(account)
weak = weakref.WeakValueDictionary(a=account)


def check(label, function):
    try:
        print(label, function())
    except BaseException as error:
        print(label, type(error).__name__, error)


def target():
    with lock, rlock, rlock, condition:
        print('locks', lock.locked(), namespace.lock is lock)
    check('event', event.is_set)
    check('semaphore', lambda: (semaphore.acquire(), semaphore.acquire(), semaphore.acquire(False)))
    check('local', lambda: local.x)
    check('queue', lambda: (thread_queue.get(timeout=5), thread_queue.empty()))
    check('pattern', lambda: pattern.findall('b=2 c=3'))
    check('match', lambda: match.groups())
    check('count', lambda: (next(numbers), next(numbers)))
    check('cycle', lambda: next(cycle))
    check('iterator', lambda: list(items))
    check('logger', lambda: (logger.name, logger is logging.getLogger('mine')))
    check('buffer', lambda: buffer.read())
    check('proxy', lambda: (proxy['k'], list(keys), getter('abc')))
    check('random', lambda: '%.6f' % own_random.random())
    check('module', lambda: (module is types, string_method(), builtin_method(1)))
    check('partial', lambda: partial([(1, 3), (2, 2)]))
    check('singletons', lambda: ellipsis == (..., NotImplemented, None, Exception, int, type(None), type(lambda: 0)))
    check('account', lambda: (account.deposit(10), account.costly))
    check('weak', lambda: (reference() is account, weak['a'] is account))


p = Process(target=target)
p.start()
p.join()
print(p.exitcode)
target()
