# conformance: less usual state of the parent holds in a child too
import builtins
import contextvars
import decimal
import json
import math
import os
import signal
import socket
import sys
import time
import warnings
from multiprocessing import Process

decimal.getcontext().prec = 5
socket.setdefaulttimeout(7)
builtins.shout = lambda text: text.upper()
json.polyproc_added = 'attribute of a module of the standard library'
math.tau = 6
signal.signal(signal.SIGUSR1, lambda number, frame: print('handler of the parent, in the child'))
signal.signal(signal.SIGUSR2, signal.SIG_IGN)
warnings.simplefilter('error')
variable = contextvars.ContextVar('variable', default='default')
variable.set('set in main')
sys.my_attribute = 'on sys'
json_dumps = json.dumps


def dumps(value):
    return '<%s>' % json_dumps(value)


json.dumps = dumps


def check(label, function):
    try:
        print(label, function())
    except BaseException as error:
        print(label, type(error).__name__, error)


def signalled():
    os.kill(os.getpid(), signal.SIGUSR2)
    os.kill(os.getpid(), signal.SIGUSR1)
    time.sleep(0.2)
    return signal.getsignal(signal.SIGUSR2) == signal.SIG_IGN


def target():
    check('decimal:', lambda: decimal.Decimal(1) / 3)
    check('socket:', socket.getdefaulttimeout)
    check('builtins:', lambda: shout('loud'))
    check('added attribute:', lambda: json.polyproc_added)
    check('changed attribute:', lambda: math.tau)
    check('patched function:', lambda: json.dumps([1]))
    check('signals:', signalled)
    check('warnings:', lambda: warnings.warn('an error by the filter'))
    check('context variable:', variable.get)
    check('sys:', lambda: sys.my_attribute)
    sys.stdout.flush()


p = Process(target=target)
p.start()
p.join()
print(p.exitcode)
