# conformance: -I ignores the environment and the script's folder, -S the site module
# options: -I -S
# env: PYTHONPATH=/not/used
import builtins
import os
import sys

print(sys.flags.isolated, sys.flags.ignore_environment, sys.flags.no_user_site, sys.flags.no_site)
print(os.getcwd() in sys.path, '/not/used' in sys.path, '' in sys.path)
print('site' in sys.modules, hasattr(builtins, 'exit'))
try:
    import unicode_text
except ImportError as error:
    print('ImportError:', error)
