# conformance: subprocess.run([sys.executable, …]) runs Python, with stdin, status and options
import subprocess
import sys


def run(*arguments, **options):
    done = subprocess.run([sys.executable, *arguments], capture_output=True, text=True, **options)
    print(done.returncode, repr(done.stdout), repr(done.stderr[-60:]))


run('-c', 'import sys; print(sys.argv, __name__)', 'a', 'b c')
run('-', 'x', input='import sys\nprint(sys.argv, sys.stdin.read())')
run('folder/script.py', 'y')
run('-m', 'package_m', 'z')
run('-O', '-c', 'import sys; print(__debug__); sys.exit("text")')
run('-c', 'raise SystemExit(7)')
print(subprocess.check_output([sys.executable, '-c', 'print(input())'], input=b'piped\n'))
try:
    subprocess.run([sys.executable, '-c', 'import sys; sys.exit(5)'], check=True)
except subprocess.CalledProcessError as error:
    print(error.returncode)
p = subprocess.Popen([sys.executable, '-c', 'import time; print("up", flush=True); time.sleep(600)'],
                     stdout=subprocess.PIPE, text=True)
print(p.stdout.readline().strip(), p.poll())
p.terminate()
print(p.wait(), p.poll())
p.stdout.close()
