# conformance: modules named by set_forkserver_preload are loaded before the child asks
import multiprocessing as mp
import sys


def target(conn):
    conn.send(('preloaded_module' in sys.modules, 'colorsys' in sys.modules, mp.get_start_method()))


if __name__ == '__main__':
    mp.set_start_method('forkserver')
    mp.set_forkserver_preload(['preloaded_module', 'there_is_no_such_module'])
    here, there = mp.Pipe()
    for _ in range(2):
        p = mp.Process(target=target, args=(there,))
        p.start()
        print(here.recv())
        p.join()
        print(p.exitcode, p.name)
