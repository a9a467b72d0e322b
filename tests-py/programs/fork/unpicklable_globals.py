# conformance: globals that cannot be carried do not disturb a child that does not use them
import multiprocessing as mp
import ctypes
import io
import os
import socket
import sqlite3
import subprocess
import sys
import threading

generator = (i for i in range(3))
next(generator)
thread = threading.Thread(target=threading.Event().wait, daemon=True)
thread.start()
open_file = open(__file__)
text_lock = threading.Lock()
text_lock.acquire()
local = threading.local()
local.x = 1
server = socket.create_server(('127.0.0.1', 0))
nameless = lambda: generator
frame = sys._getframe()
module = sys
code = compile('1 + 1', 'x', 'eval')
view = memoryview(b'abc')
iterator = iter({'a': 1}.items())
pointer = ctypes.pointer(ctypes.c_int(3))
pipe = subprocess.Popen([sys.executable, '-c', ''], stdin=subprocess.PIPE)
database = sqlite3.connect(':memory:') if sqlite3 else None


class Unpicklable:
    def __reduce__(self):
        raise TypeError('refuses to be pickled')


class Half:
    def __init__(self):
        self.gen = (x for x in 'abc')
        self.lock = threading.Lock()
        self.good = 'usable'

    def use(self):
        return self.good


refuses = Unpicklable()
half = Half()
mixed = {'good': 1, 'bad': generator, 'worse': refuses}


def target(x):
    print('the child runs', x, half.use(), mixed['good'], sorted(mixed), flush=True)


if __name__ == '__main__':
    p = mp.Process(target=target, args=(1,))
    p.start()
    p.join()
    print(p.exitcode)
    with mp.Pool(1) as pool:
        pool.map(target, [2])
    print('untouched:', next(generator), open_file.readline()[:15], text_lock.locked())
    pipe.stdin.close()
    print(pipe.wait())
