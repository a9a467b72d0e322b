# conformance: a compiled script is run, and spawned children import it
# methods: fork spawn
import multiprocessing as mp
import os
import py_compile
import subprocess
import sys

PROGRAM = '''
import multiprocessing as mp
import os
import sys

def double(x):
    return x * 2

def each(n):
    yield from map(double, range(n))

if __name__ == '__main__':
    print(os.path.basename(__file__), __cached__, type(__loader__).__name__, sys.argv[1:], list(each(3)))
    with mp.get_context(sys.argv[1]).Pool(1) as pool:
        print(pool.map(double, [1, 2]))
'''

if __name__ == '__main__':
    with open('compiled_program.py', 'w') as file:
        file.write(PROGRAM)
    py_compile.compile('compiled_program.py', 'compiled_program.pyc')
    os.remove('compiled_program.py')
    print(subprocess.run([sys.executable, 'compiled_program.pyc', sys.argv[1]]).returncode, flush=True)
