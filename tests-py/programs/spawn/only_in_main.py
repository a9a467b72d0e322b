# conformance: a child that cannot find its target says so, as CPython's does
# methods: spawn
# stderr: contains AttributeError: Can't get attribute 'defined_under_guard' on <module '__mp_main__' from
import multiprocessing as mp
import sys

if __name__ == '__main__':
    def defined_under_guard():
        print('never runs')

    p = mp.get_context(sys.argv[1]).Process(target=defined_under_guard)
    p.start()
    p.join()
    print('exitcode', p.exitcode)
