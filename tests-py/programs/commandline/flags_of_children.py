# conformance: children run with the options of their parent
# methods: fork spawn
# options: -O -W error::UserWarning -X mine=1
import multiprocessing as mp
import sys
import warnings


def child():
    print(__debug__, sys.flags.optimize, sys.warnoptions[:1], sys._xoptions)
    assert False, 'not checked under -O'
    try:
        warnings.warn('raised')
    except UserWarning as error:
        print('UserWarning:', error)


if __name__ == '__main__':
    p = mp.get_context(sys.argv[1]).Process(target=child)
    p.start()
    p.join()
    print(p.exitcode)
