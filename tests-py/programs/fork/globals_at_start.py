# conformance: a child sees the globals as they are at start(), and its own changes stay its own
from multiprocessing import Pipe, Process

number = 1
items = ['defined']
table = {'a': 1}
text = 'first'


class Config:
    level = 'low'
    names = []


config = Config()


def look(label):
    print(label, number, items, table, text, Config.level, Config.names, vars(config),
          look.calls, helper(), flush=True)


def helper():
    return 'first helper'


look.calls = 0


def change():
    global number, text
    number += 100
    text = 'changed in the child'
    items.append('child')
    Config.level = 'child'
    del table['a']
    look('in the child:')


def start(target, *args):
    p = Process(target=target, args=args)
    p.start()
    p.join()
    assert p.exitcode == 0


look('main:')
number = 2
items.append('mutated')
table['b'] = [items]
Config.level = 'high'
Config.names.append('n')
config.owner = 'main'
look.calls += 1


def helper():
    return 'second helper'


start(look, 'child 1:')

text = 'third'
items[:] = ['replaced']
start(change)
look('main after the child:')

print('-- later mutation in the parent is not seen')
here, there = Pipe()


def waits():
    there.recv()
    look('child 2:')


p = Process(target=waits)
p.start()
number, text = -1, 'too late'
items.append('too late')
here.send('go')
p.join()

print('-- deleted and new names')
del table
late = 'defined late'


def names():
    print('table' in globals(), late, __name__, '__file__' in globals())
    import sys
    main = sys.modules['__main__']
    print(main.late, main.__dict__ is globals(), main.items)


start(names)

print('-- from inside a function')


def outer():
    local = ['local']

    def inner():
        print(local, number, late)

    local.append('more')
    start(inner)
    late_local = local
    late_local.append('after')
    start(inner)


outer()

print('-- in a loop')
jobs = []
for i in range(2):
    p = Process(target=lambda: print('i is', i, flush=True))
    p.start()
    p.join()
    jobs.append(p)
print([p.exitcode for p in jobs])
