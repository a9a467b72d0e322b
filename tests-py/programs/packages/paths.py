# conformance: PYTHONPATH, .pth files and the user's site folder lead to packages, in workers too
# timeout: 300
import os
import subprocess
import sys

USE = '''
import multiprocessing as mp
import importlib.util
import sys

def seen():
    return [name for name in ('onpath', 'bypth', 'linked', 'ofuser') if importlib.util.find_spec(name)]

if __name__ == '__main__':
    print(seen())
    for method in 'fork', 'spawn', 'forkserver':
        with mp.get_context(method).Pool(1) as pool:
            print(method, pool.apply(seen))
'''


def write(path, text=''):
    os.makedirs(os.path.dirname(path) or '.', exist_ok=True)
    with open(path, 'w') as file:
        file.write(text)


def run(label, *options, **variables):
    print('--', label)
    environment = {**os.environ, 'HOME': os.path.abspath('home'), **variables}
    done = subprocess.run([sys.executable, *options, 'use.py'], env=environment, capture_output=True, text=True)
    print(done.stdout, end='')
    if done.returncode:
        print('exit', done.returncode, done.stderr)


if __name__ == '__main__':
    write('use.py', USE)
    write('path/onpath/__init__.py')
    site = 'home/.local/lib/python3.12/site-packages'
    write(f'{site}/ofuser.py')
    write(f'{site}/here.pth', f'# a comment\n{os.path.abspath("further")}\nimport sys; sys.linked = True\n')
    write('further/bypth.py')
    write('further/linked.py')
    run('all', PYTHONPATH=os.pathsep.join(['nowhere', 'path']))
    run('no user folder', '-s', PYTHONPATH='path')
    run('isolated', '-I', PYTHONPATH='path')
