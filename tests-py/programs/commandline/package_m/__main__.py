import sys
print('__main__ of the package', __name__, __package__, sys.argv[1:])
