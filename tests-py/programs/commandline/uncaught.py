# conformance: an uncaught exception is a Python traceback on stderr and status 1
# variants: chained context custom group thread imported
# exit: thread=0 1
# stderr: recorded
import atexit
import sys
import threading


class Custom(Exception):
    def __str__(self):
        return 'two\nlines: é'


def simple():
    raise ValueError('a message')


def chained():
    try:
        simple()
    except ValueError as error:
        raise RuntimeError('the effect') from error


def context():
    try:
        simple()
    except ValueError:
        {}['missing']


def custom():
    error = Custom()
    error.add_note('the note')
    raise error


def group():
    raise ExceptionGroup('several', [ValueError(1), TypeError('two')])


def thread():
    t = threading.Thread(target=simple, name='worker')
    t.start()
    t.join()
    print('main goes on')


def imported():
    import broken_module


atexit.register(print, 'atexit runs')
print('before')
globals()[sys.argv[1]]()
