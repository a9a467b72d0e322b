# conformance: what sys.exit gives as exit status and prints
# variants: none large negative text subclass
# exit: large=3 negative=255 text=1 subclass=5
# stderr: recorded
import atexit
import sys


class MyExit(SystemExit):
    pass


atexit.register(print, 'atexit runs')
variant = sys.argv[1]
try:
    if variant == 'subclass':
        raise MyExit(5)
    sys.exit({'none': None, 'large': 256 + 3, 'negative': -1, 'text': 'a text é'}[variant])
finally:
    print('finally runs')
