# conformance: daemonic children end with main and may not have children
# methods: fork spawn
# within: 60
import multiprocessing as mp
import os
import sys
import time


def sleep_long():
    time.sleep(600)


def has_child(conn, method):
    me = mp.current_process()
    child = mp.get_context(method).Process(target=sleep_long)
    try:
        child.start()
    except AssertionError as error:
        conn.send((me.daemon, me.name, str(error)))
    else:
        child.kill()
        conn.send('the daemon has a child')
    time.sleep(600)


def main(method):
    ctx = mp.get_context(method)
    here, there = ctx.Pipe()
    p = ctx.Process(target=has_child, args=(there, method), daemon=True)
    print(p.daemon)
    p.start()
    print(here.recv())
    q = ctx.Process(target=sleep_long)
    print(q.daemon)
    q.daemon = True
    q.start()
    print(p.is_alive(), q.is_alive(), len(mp.active_children()))
    print('end of main')


if __name__ == '__main__':
    main(sys.argv[1])
