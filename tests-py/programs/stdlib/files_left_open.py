# conformance: what was written to files that nobody closes is there for others, and after the end
import bz2
import gzip
import io
import json
import lzma
import multiprocessing as mp
import os
import shelve
import shutil
import subprocess
import sys
import tempfile
import wave
import zipfile

AT_THE_END = """
import bz2, gzip, json, lzma, multiprocessing, os, shelve, sys, tempfile, wave, zipfile
os.chdir(sys.argv[1])
kept = open('kept.txt', 'w')
kept.write('kept')
json.dump({'a': 1}, open('dropped.json', 'w'))
binary = open('binary', 'wb')
binary.write(b'binary')
both = open('both.txt', 'w+')
both.write('both')
print('printed', file=open('printed.txt', 'a'))
archive = zipfile.ZipFile('archive.zip', 'w')
archive.writestr('name', 'content')
packed = [module.open('packed.' + name, 'wb') for module, name in ((gzip, 'gz'), (bz2, 'bz2'), (lzma, 'xz'))]
for each in packed:
    each.write(b'packed')
shelf = shelve.open('shelf')
shelf['key'] = [1]
sound = wave.open('sound.wav', 'wb')
sound.setnchannels(1), sound.setsampwidth(1), sound.setframerate(8000), sound.writeframes(b'abc')
temporary = tempfile.NamedTemporaryFile('w')
temporary.write('x')
open('temporary', 'w').write(temporary.name)
if sys.argv[2] == 'fails':
    raise ValueError('fails')
"""


def in_child(name):
    open(name + '.dropped', 'w').write('dropped in the child')
    parents.write('not to be seen')


def content(name, mode='r'):
    with open(name, mode) as file:
        return file.read()


if __name__ == '__main__':
    folder = tempfile.mkdtemp()
    os.chdir(folder)
    open('a', 'w').write('a')
    print(content('a'), os.path.getsize('a'))
    io.open('b', 'w').write('b')
    print(subprocess.check_output(['cat', 'b']))
    open('c', 'wb').write(b'c')
    sys.stdout.flush()
    os.system('cat c; echo')
    open('d', 'w').write('d')
    print(os.waitpid(os.posix_spawn('/bin/cat', ['cat', 'd'], os.environ), 0)[1])
    for number in range(300):
        open('e', 'a').write(f'{number}\n')
    print(len(content('e').splitlines()))

    parents = open('parents', 'w')
    parents.write('of the parent')
    for method in 'fork', 'spawn', 'forkserver':
        process = mp.get_context(method).Process(target=in_child, args=(method,))
        if method != 'fork':
            process = mp.get_context(method).Process(target=os.chdir, args=('.',))
        process.start()
        process.join()
        print(process.exitcode, os.path.exists(method + '.dropped') and content(method + '.dropped'))
    parents.close()
    print(content('parents'))

    parents = open('once', 'w')
    parents.write('once')
    parents.flush(), sys.stdout.flush()
    pid = os.fork()
    if pid == 0:
        open('of the child', 'w').write('x' * 10)
        parents.write(' more')
        sys.exit(0)
    os.waitpid(pid, 0)
    parents.close()
    print(content('once'), os.path.getsize('of the child'))

    for how in 'ends', 'fails':
        os.chdir('/')
        shutil.rmtree(folder)
        folder = tempfile.mkdtemp()
        ended = subprocess.run([sys.executable, '-c', AT_THE_END, folder, how], capture_output=True, text=True)
        print(ended.returncode, ended.stderr.splitlines()[-1:])
        os.chdir(folder)
        print(content('kept.txt'), content('dropped.json'), content('binary', 'rb'), content('both.txt'),
              content('printed.txt'), zipfile.ZipFile('archive.zip').read('name'))
        print(gzip.open('packed.gz').read(), bz2.open('packed.bz2').read(), lzma.open('packed.xz').read())
        print(shelve.open('shelf')['key'], wave.open('sound.wav').readframes(3), os.path.exists(content('temporary')))
    os.chdir('/')
    shutil.rmtree(folder)
