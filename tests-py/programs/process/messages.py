# conformance: misuse of a Process gives CPython's exceptions, and its repr tells each state
import multiprocessing as mp
import os
import re
import time


def show(process):
    text = repr(process).replace(str(os.getpid()), '<main>')
    print(re.sub(r'pid=\d+', 'pid=<pid>', text))


def attempt(label, action):
    try:
        print(label, '->', action())
    except BaseException as error:
        print(label, '->', type(error).__module__, type(error).__name__, error)


def sleep_long():
    time.sleep(600)


def in_child(p):
    for label, action in actions(p):
        attempt('child: ' + label, action)


def actions(p):
    return [
        ('start', p.start),
        ('join', p.join),
        ('is_alive', p.is_alive),
        ('exitcode', lambda: p.exitcode),
        ('close', p.close),
    ]


if __name__ == '__main__':
    print('-- constructor')
    attempt('group', lambda: mp.Process('group'))
    attempt('unknown', lambda: mp.Process(colour='red'))
    attempt('daemon', lambda: mp.Process(daemon=1).daemon)
    attempt('name', lambda: mp.Process(name=5).name)

    print('-- not started')
    p = mp.Process(target=sleep_long, name='sleeper')
    show(p)
    attempt('join', p.join)
    attempt('sentinel', lambda: p.sentinel)
    attempt('terminate', p.terminate)
    attempt('kill', p.kill)
    attempt('is_alive', p.is_alive)
    attempt('name = 5', lambda: setattr(p, 'name', 5))
    p.name = 'renamed'
    p.daemon = True
    show(p)
    attempt('authkey', lambda: p.authkey == mp.current_process().authkey)

    print('-- alive')
    p.start()
    show(p)
    attempt('start', p.start)
    attempt('close', p.close)
    attempt('daemon = False', lambda: setattr(p, 'daemon', False))
    q = mp.Process(target=in_child, args=(p,))
    q.start()
    q.join()
    print('child exits with', q.exitcode)

    print('-- ended')
    p.kill()
    p.join()
    show(p)
    show(q)
    attempt('start', p.start)
    attempt('daemon = True', lambda: setattr(p, 'daemon', True))

    print('-- closed')
    p.close()
    show(p)
    for label, action in actions(p):
        attempt(label, action)
    attempt('pid', lambda: p.pid)
    attempt('sentinel', lambda: p.sentinel)
    attempt('close', p.close)
    attempt('name', lambda: p.name)

    print('-- the main process')
    main = mp.current_process()
    show(main)
    print(main.name, main.daemon, main.pid == os.getpid(), main.is_alive(), mp.parent_process())
    attempt('join', main.join)
    attempt('start', main.start)
    attempt('exitcode', lambda: main.exitcode)
    attempt('sentinel', lambda: main.sentinel)
    print(type(main).__mro__[:2])
    print(mp.Process.__mro__[:2], mp.active_children())
    print(isinstance(main.authkey, bytes), len(main.authkey), repr(main.authkey)[:1] == 'b')
    attempt('pickle authkey', lambda: __import__('pickle').dumps(main.authkey))

