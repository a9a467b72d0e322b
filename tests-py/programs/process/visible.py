# conformance: a child's command line in the process list tells its name and what it runs
# polyproc-only: CPython's children have the command line of their parent
import multiprocessing as mp
import os


def target(conn):
    conn.send('runs')
    conn.recv()


if __name__ == '__main__':
    here, there = mp.Pipe()
    p = mp.Process(target=target, args=(there,), name='the-name')
    p.start()
    here.recv()
    with open('/proc/%d/cmdline' % p.pid) as f:
        line = f.read()
    print('name:', 'the-name' in line)
    print('program:', 'visible.py' in line or 'target' in line)
    here.send('end')
    p.join()
    print(p.exitcode)
