# conformance: a spawned child runs main's top level once more, as __mp_main__, and sees nothing else of main's state
# methods: spawn forkserver
import multiprocessing as mp
import os
import random
import sys

with open('runs.txt', 'a') as f:
    f.write('%s in %s\n' % (__name__, mp.current_process().name))

number = 1
items = []


class Thing:
    pass


def target(conn, thing, function):
    import __main__
    conn.send({
        'name': __name__,
        'main': sys.modules['__main__'] is sys.modules['__mp_main__'] is __main__,
        'main name': __main__.__name__,
        'file': os.path.basename(__file__),
        'class': (type(thing).__module__, type(thing) is Thing, function is helper),
        'globals': (number, items, 'late' in globals()),
        'argv': [os.path.basename(a) for a in sys.argv],
        'folder': os.path.basename(os.getcwd()),
        'path': os.path.abspath('added') in sys.path,
        'environment': os.environ.get('ADDED'),
        'method': mp.get_start_method(),
        'process': (mp.current_process().name, mp.parent_process().name),
        'spec': __spec__,
    })


def helper():
    pass


if __name__ == '__main__':
    mp.set_start_method(sys.argv[1])
    number = 2
    items.append('mutated')
    late = True
    os.mkdir('elsewhere')
    runs = os.path.abspath('runs.txt')
    os.environ['ADDED'] = 'by main'
    os.chdir('elsewhere')
    sys.path.append(os.path.abspath('added'))
    here, there = mp.Pipe()
    p = mp.Process(target=target, args=(there, Thing(), helper))
    p.start()
    for key, value in here.recv().items():
        print(key, '=', value)
    p.join()
    print(p.exitcode)
    with open(runs) as f:
        print(f.readlines()[0], end='')
elif 'elsewhere' not in os.getcwd():
    print('the child did not start in the folder of the parent')
