# conformance: what polyproc puts in the place of a built-in is one: no class binds it, and it is pickled by name
import _thread
import atexit
import copy
import gc
import inspect
import os
import pickle
import select
import signal
import socket
import threading
import time
import types
import weakref

FUNCTIONS = (time.sleep, os._exit, os.kill, os.abort, os.sched_getaffinity, gc.get_threshold, gc.set_threshold, gc.freeze,
             atexit.register, atexit.unregister, atexit._run_exitfuncs, _thread.allocate_lock, _thread.get_native_id,
             select.poll, signal.raise_signal, socket._socket.socketpair, compile)


def describe(function):
    print(function.__self__.__name__, function.__module__, function.__qualname__, type(function).__name__,
          isinstance(function, types.BuiltinFunctionType), inspect.isbuiltin(function), inspect.isfunction(function),
          repr(function), hasattr(function, "__dict__"), hasattr(function, "__code__"),
          pickle.loads(pickle.dumps(function)) is function, copy.deepcopy(function) is function)


class Attributes:
    lock = threading.Lock
    recursive = threading.RLock
    event = threading.Event
    allocate = _thread.allocate_lock
    poll = select.poll
    threshold = gc.get_threshold
    sleep = time.sleep
    compile = compile


def in_function():
    os.kill(os.getpid(), signal.SIGUSR1)
    signal.raise_signal(signal.SIGUSR1)


for function in FUNCTIONS:
    describe(function)
instance = Attributes()
for name in ("lock", "recursive", "event", "allocate", "poll", "threshold"):
    print(name, type(getattr(instance, name)()))
print(instance.sleep(0.001), type(instance.compile("1", "one", "eval")))

recursive = threading.RLock()
with recursive:
    print(recursive.acquire(), recursive._is_owned(), isinstance(recursive, _thread.RLock), repr(recursive)[:27])
print(threading.RLock(1, named=2).acquire())

signal.signal(signal.SIGUSR1, lambda number, frame: print(number, frame.f_code.co_name))
in_function()
for function in (os.read, os.write, os.waitpid, select.select):
    describe(function)

for lock in (threading.Lock(), threading.RLock()):
    print(weakref.ref(lock)() is lock)
    for attempt in (pickle.dumps, copy.copy, copy.deepcopy):
        try:
            print(attempt(lock))
        except TypeError as e:
            print(e)
