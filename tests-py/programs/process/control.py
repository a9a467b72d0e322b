# conformance: pid, is_alive, join(timeout), terminate, kill, sentinel and close, as the parent sees them
# methods: fork spawn forkserver
import multiprocessing as mp
from multiprocessing.connection import wait
import os
import sys
import time


def ids(conn):
    me = mp.current_process()
    conn.send((os.getpid(), os.getppid(), me.pid, me.ident, mp.parent_process().pid))
    time.sleep(600)


def nothing():
    pass


def exists(pid):
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    return True


def main(ctx):
    print('-- before start')
    here, there = ctx.Pipe()
    p = ctx.Process(target=ids, args=(there,), name='one')
    print(p.pid, p.ident, p.exitcode, p.is_alive())

    print('-- alive')
    p.start()
    pid, ppid, own_pid, own_ident, parent_pid = here.recv()
    print('pid:', pid == p.pid == p.ident == own_pid == own_ident, pid != os.getpid())
    print('ppid:', ppid == os.getpid() or ctx.get_start_method() == 'forkserver')
    print('parent_process:', parent_pid == os.getpid())
    print(p.exitcode, p.is_alive(), exists(pid), mp.active_children() == [p])
    start = time.monotonic()
    print('join(0.3):', p.join(0.3), 0.2 < time.monotonic() - start < 60, p.is_alive(), p.exitcode)
    print('sentinel:', isinstance(p.sentinel, int), wait([p.sentinel], timeout=0.1))

    print('-- terminate')
    print(p.terminate())
    print(wait([p.sentinel], timeout=60) == [p.sentinel])
    p.join()
    print(p.exitcode, p.is_alive(), exists(pid), mp.active_children())
    print('again:', p.terminate(), p.kill(), p.join(), p.join(1))
    print('pid stays:', p.pid == pid)

    print('-- kill')
    p = ctx.Process(target=ids, args=(there,))
    p.start()
    here.recv()
    p.kill()
    p.join(60)
    print(p.exitcode)
    print(p.close())

    print('-- ends by itself')
    p = ctx.Process(target=nothing)
    p.start()
    sentinel = p.sentinel
    print(wait([sentinel], timeout=60) == [sentinel])
    p.join()
    print(p.exitcode)


if __name__ == '__main__':
    main(mp.get_context(sys.argv[1]))
