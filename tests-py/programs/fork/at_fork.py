# conformance: os.register_at_fork calls in order, around every fork, and a hook that raises stops nothing
# options: -W ignore::DeprecationWarning
# stderr: contains Exception ignored in
# stderr: contains ValueError: from a hook
import atexit
import logging
import multiprocessing as mp
import os
import random
import sys
import threading

events = []


def note(text):
    return lambda: events.append(text)


def raises():
    raise ValueError('from a hook')


os.register_at_fork(before=note('before 1'), after_in_child=note('child 1'), after_in_parent=note('parent 1'))
os.register_at_fork(before=note('before 2'), after_in_child=note('child 2'), after_in_parent=note('parent 2'))
os.register_at_fork(after_in_child=raises)
for wrong in ({}, {'before': 1}, {'after_in_child': 'x'}):
    try:
        os.register_at_fork(**wrong)
    except TypeError as e:
        print('TypeError', e)


def child():
    print('child', events, flush=True)


def forked(function):
    sys.stdout.flush()
    pid = os.fork()
    if pid == 0:
        function()
        sys.stdout.flush()
        os._exit(0)
    os.waitpid(pid, 0)


forked(child)
print('parent', events)
events.clear()
process = mp.get_context('fork').Process(target=child)
process.start()
process.join()
print('parent', events, process.exitcode)

random.seed(1)
before = random.getstate()
forked(lambda: print('other numbers:', random.getstate() != before))
print('the parent keeps its own:', random.getstate() == before)

lock = threading.RLock()
handler = logging.StreamHandler(sys.stdout)
logging.getLogger().addHandler(handler)
held, go_on = threading.Event(), threading.Event()


def hold():
    with handler.lock, lock:
        held.set()
        go_on.wait()


holder = threading.Thread(target=hold)
holder.start()
held.wait()


def use():
    logging.warning('a lock of logging is free in a child')
    lock._at_fork_reinit()
    print('a lock made anew:', lock.acquire(timeout=5))
    print('this module is', threading.main_thread().name, threading.active_count())


forked(use)


def use_conditions():
    for name, condition in conditions.items():
        condition._at_fork_reinit()
        answers = []
        with condition:
            waiting = threading.Thread(target=lambda: (condition.acquire(), answers.append(name), condition.notify(),
                                                       condition.release()))
            waiting.start()
            print(name, condition._is_owned(), condition.wait_for(lambda: answers, 30))
        waiting.join()
        print(condition.acquire(blocking=False), condition.release())


def hold_conditions():
    with conditions['held lock'], conditions['held recursive lock']:
        all_held.set()
        go_on.wait()


all_held = threading.Event()
conditions = {'lock': threading.Condition(threading.Lock()), 'recursive lock': threading.Condition(),
              'held lock': threading.Condition(threading.Lock()), 'held recursive lock': threading.Condition(),
              "the forking thread's lock": threading.Condition(threading.Lock()),
              "the forking thread's recursive lock": threading.Condition()}
other_holder = threading.Thread(target=hold_conditions)
other_holder.start()
all_held.wait()
with conditions["the forking thread's lock"], conditions["the forking thread's recursive lock"]:
    forked(use_conditions)
go_on.set()
other_holder.join()
holder.join()

for hooks in {}, {"before": None}, {"after_in_child": "three"}, {"before": use, "after_in_parent": None}:
    try:
        os.register_at_fork(**hooks)
    except TypeError as e:
        print('TypeError', str(e).replace(hex(id(use)), ''))


def fork_at_exit():
    try:
        os.fork()
    except RuntimeError as e:
        print(e)


atexit.register(fork_at_exit)
