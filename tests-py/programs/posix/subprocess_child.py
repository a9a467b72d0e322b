# conformance: subprocess: what a child does before it executes its program: process_group, umask, user, preexec_fn …
import os
import subprocess
import sys
import tempfile

SHOW = "import os, sys; print(os.getpgrp() == os.getpid(), os.getsid(0) == os.getpid(), oct(os.umask(0)), os.getcwd())"


def run(code, **options):
    result = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, **options)
    return result.returncode, result.stdout, result.stderr


def refused(*args, **options):
    try:
        subprocess.run(*args, **options)
    except Exception as e:
        return type(e).__name__, str(e), getattr(e, "filename", None)


os.umask(0o22)
print(run(SHOW, cwd="/"))
print(run(SHOW, cwd="/", process_group=0))
print(run(SHOW, cwd="/", umask=0o27, start_new_session=True))
seen = []
print(run(SHOW, cwd="/", preexec_fn=lambda: (os.umask(0o77), os.setpgid(0, 0), seen.append(1))), seen)
print(run("import os; print(os.environ['IN_CHILD'], os.nice(0))", preexec_fn=lambda: os.nice(3),
          env={**os.environ, "IN_CHILD": "yes"})[1].split()[0])

reader, writer = os.pipe()
os.set_inheritable(writer, False)
print(run(f"import os; os.write({writer}, b'passed')", pass_fds=(writer,), umask=0o22), os.read(reader, 10))
print(run(f"import os\ntry: os.fstat({writer})\nexcept OSError as e: print(e)", umask=0o22))
print(subprocess.run(["cat"], input=b"through", stdout=subprocess.PIPE, preexec_fn=lambda: None).stdout)
print(subprocess.run("echo out; echo err >&2", shell=True, stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
                     umask=0).stdout)

print(refused(["/no/such/program"], umask=0o22))
print(refused(["no-such-program"], preexec_fn=lambda: None))
print(refused(["true"], cwd="/no/such/folder", umask=0o22))
print(refused(["true"], preexec_fn=lambda: 1 / 0))
print(refused(["true"], process_group=2 ** 22 + 1))
with tempfile.NamedTemporaryFile() as file:
    error = refused([file.name], umask=0o22)
    print(error[0], error[2] == file.name)
if os.getuid() == 0:
    print(subprocess.check_output("id -u; id -g; id -G", shell=True, user=1, group=2, extra_groups=[3]))
else:
    print(b"1\n2\n2 3\n")
print(refused(["true"], user=-5), refused(["true"], user="no-such-user"), refused(["true"], group="no-such-group"))

with subprocess.Popen(["sleep", "100"], process_group=0, preexec_fn=lambda: None) as process:
    os.killpg(process.pid, 15)
    print(process.wait())
