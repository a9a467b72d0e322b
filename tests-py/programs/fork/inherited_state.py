# conformance: a child has random numbers of its own, and inherits logging, environment, folder, umask, sys.argv and sys.path
# args: first "second argument"
# stderr: recorded
import logging
from multiprocessing import Process
import os
import random
import sys

os.mkdir('elsewhere')
with open('elsewhere/found_by_path.py', 'w') as f:
    f.write('value = 17\n')


def show(label):
    print('--', label)
    print('random goes on from the seed:', [random.randrange(1000) for _ in range(3)] == expected)
    print('environment:', os.environ.get('ADDED'), os.environ.get('HOME_IS_GONE'), 'LANG' in os.environ)
    print('folder:', os.path.basename(os.getcwd()))
    print('umask: %o' % os.umask(0o027))
    print('argv:', [os.path.basename(a) for a in sys.argv])
    print('path:', sys.path[0] == os.path.dirname(__file__), sys.path[-1] == added)
    print('name:', __name__, sys.modules['__main__'].__name__, os.path.basename(__file__))
    print('recursion limit:', sys.getrecursionlimit())
    import found_by_path
    print('import:', found_by_path.value)
    logging.getLogger('app.part').info('logged in %s', label)
    logging.debug('not shown')
    sys.stdout.flush()


added = os.path.abspath('elsewhere')
random.seed(12345)
expected = [random.randrange(1000) for _ in range(3)]
random.seed(12345)
logging.basicConfig(level=logging.INFO, format='%(levelname)s %(name)s: %(message)s')
os.environ['ADDED'] = 'by main'
os.environ.pop('LANG', None)
os.chdir('elsewhere')
os.umask(0o027)
sys.argv.append('appended')
sys.path.append(added)
sys.setrecursionlimit(2345)

p = Process(target=show, args=('child',))
p.start()
p.join()
print(p.exitcode, flush=True)
show('parent')
