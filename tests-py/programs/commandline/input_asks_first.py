# conformance: what was printed reaches the other end of a pipe before input() waits
import subprocess
import sys

ASKING = """
print("question")
answer = input()
print("told", answer)
sys.stdout.write("again")
print(repr(input(": ")))
"""

with subprocess.Popen(
    [sys.executable, "-c", "import sys" + ASKING], stdin=subprocess.PIPE, stdout=subprocess.PIPE, bufsize=0
) as program:
    print(program.stdout.readline())
    program.stdin.write(b"42\n")
    asked = b""
    while not asked.endswith(b": "):
        asked += program.stdout.read(1)
    print(asked)
    program.stdin.write(b"\r\n")
    print(program.stdout.read())
