# conformance: -u and PYTHONUNBUFFERED write through at once, without them output waits for a flush
import os
import subprocess
import sys

code = "import os, sys; sys.stdout.write('written'); print(' line'); os._exit(4)"
for options, variable in ([], None), (['-u'], None), ([], '1'):
    env = {name: value for name, value in os.environ.items() if name != 'PYTHONUNBUFFERED'}
    if variable:
        env['PYTHONUNBUFFERED'] = variable
    done = subprocess.run([sys.executable, *options, '-c', code], capture_output=True, env=env)
    print(options, variable, done.stdout, done.stderr, done.returncode)
