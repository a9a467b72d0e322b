# conformance: user modules are as main left them, and are not executed again in a child
from multiprocessing import Process
import os
import sys
import types

import toolbox
import toolbox.counting as counting
from toolbox import count, settings

toolbox.settings['verbose'] = True
toolbox.version = '2.0'
toolbox.register('plugin')
toolbox.patched = lambda: 'patched in'
count()
count()
counting.reset(40)

made = types.ModuleType('made')
made.value = [1]
sys.modules['made'] = made


class Extra:
    pass


toolbox.plugins.append(Extra)


def target():
    print(settings, settings is toolbox.settings, toolbox.version, toolbox.patched())
    print(toolbox.plugins[0], toolbox.plugins[1] is Extra, toolbox.register('more')[-1])
    print(count(), counting._count, counting.count is count, toolbox.counting is counting)
    import made
    print(made.value, sys.modules['made'] is made)
    from toolbox import late
    print(late.where, toolbox.late is late, flush=True)


def only_by_import():
    import toolbox
    from toolbox.counting import count
    print('imported in the child:', toolbox.version, count(), flush=True)


for run in target, only_by_import:
    p = Process(target=run)
    p.start()
    p.join()
    print(p.exitcode)
print('main:', toolbox.plugins[0], len(toolbox.plugins), counting._count, hasattr(toolbox, 'late'))
with open('imports.txt') as f:
    print(f.read(), end='')
