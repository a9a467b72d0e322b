# conformance: PYTHONPATH comes after the script's folder, for children too
# env: PYTHONPATH=folder:/absolute/nowhere
import os
import sys
from multiprocessing import get_context

import beside


def child():
    import beside
    print('child:', beside.value, os.path.abspath('folder') in sys.path, flush=True)


if __name__ == '__main__':
    print(beside.value)
    print(sys.path[1] == os.path.abspath('folder'), sys.path[2])
    for method in 'fork', 'spawn':
        p = get_context(method).Process(target=child)
        p.start()
        p.join()
        print(p.exitcode)
