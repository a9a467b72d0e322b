# conformance: a zip file with a __main__.py is a program, and its modules are found by children
import subprocess
import sys
import zipfile

with zipfile.ZipFile('program.zip', 'w') as z:
    z.writestr('inside.py', "def f():\n    print('child runs', __name__, flush=True)\n")
    z.writestr('__main__.py', '''
import multiprocessing as mp
import inside
import sys
if __name__ == '__main__':
    print(sys.argv, __name__, flush=True)
    p = mp.get_context('spawn').Process(target=inside.f)
    p.start()
    p.join()
    print(p.exitcode)
''')
print(subprocess.run([sys.executable, 'program.zip', 'a'], capture_output=True, text=True).stdout, end='')
