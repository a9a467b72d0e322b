# conformance: -O, -W, -X, -s and -E set what a script sees of them
# options: -O -W ignore::UserWarning -W error::DeprecationWarning -X mine=1 -X flag -s -E -B
# env: PYTHONPATH=/not/used
# env: PYTHONOPTIMIZE=2
# stderr: recorded
import sys
import warnings


def documented():
    """A docstring, kept by -O."""


print(__debug__, sys.flags.optimize, documented.__doc__)
assert False, 'not checked under -O'
print(sys.warnoptions, sys._xoptions)
print(sys.flags.no_user_site, sys.flags.ignore_environment, sys.flags.dont_write_bytecode)
print('/not/used' in sys.path)
warnings.warn('ignored', UserWarning)
warnings.warn('shown', RuntimeWarning)
try:
    warnings.warn('raised', DeprecationWarning)
except DeprecationWarning as error:
    print('DeprecationWarning:', error)
