# conformance: what goes wrong within GraalPy is a SystemError, which a program can catch, without a Java stack trace
# polyproc-only: CPython has other failures
# exit: 1
# stderr: contains SystemError: IllegalStateException: input must be exactly 32 bytes
import hashlib
import threading


def fail():
    hashlib.new("HARAKA-256", b"of another length than 32").hexdigest()


try:
    fail()
except Exception as e:
    print(type(e), "\n" in str(e))

seen = []
threading.excepthook = lambda args: seen.append(args.exc_type)
thread = threading.Thread(target=fail)
thread.start()
thread.join()
print(seen)
with open(__file__) as file:
    try:
        fail()
    finally:
        print("finally")
