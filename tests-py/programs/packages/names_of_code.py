# conformance: cloudpickle, in whatever package it comes, learns which names a function's code uses
import os
import sys

os.makedirs('vendored/cloudpickle')
open('vendored/__init__.py', 'w').close()
open('vendored/cloudpickle/__init__.py', 'w').close()
with open('vendored/cloudpickle/cloudpickle.py', 'w') as file:
    file.write('''
import dis

GLOBAL_OPS = [dis.opmap[name] for name in ('LOAD_GLOBAL', 'STORE_GLOBAL', 'DELETE_GLOBAL')]

def names(code):
    found = {instruction.argval for instruction in dis.get_instructions(code) if instruction.opcode in GLOBAL_OPS}
    for constant in code.co_consts:
        if hasattr(constant, 'co_code'):
            found |= names(constant)
    return found
''')
sys.path.insert(0, os.getcwd())
from vendored.cloudpickle.cloudpickle import names

used, also_used, unused, changed = 1, 2, 3, 4


def function(local):
    global changed

    class Inner:
        def method(self):
            return also_used

    changed = [used + number for number in range(local)]
    return Inner().method, lambda: len(changed)


def generator():
    yield used
    yield from map(str, (also_used,))


async def coroutine():
    return used


for code in function.__code__, generator.__code__, coroutine.__code__, (lambda: unused).__code__:
    print(code.co_name, sorted(name for name in names(code) if name in globals() and name[0] != '_'))
