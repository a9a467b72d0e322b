# conformance: tracebacks and stacks show the program's frames, and none of what stands for a built-in function
import io
import logging
import os
import signal
import sys
import time
import traceback


def handler(number, frame):
    raise KeyError("handled")


def sleeps():
    time.sleep("long")


def sends():
    os.kill(os.getpid(), signal.SIGUSR1)


signal.signal(signal.SIGUSR1, handler)
for function in (sleeps, sends):
    try:
        function()
    except (TypeError, KeyError) as e:
        print([(frame.name, frame.lineno) for frame in traceback.extract_tb(e.__traceback__)])
        frames = [(frame.f_code.co_name, line) for frame, line in traceback.walk_tb(e.__traceback__)]
        print(frames[0], len(traceback.format_exception(e)) > 3)


def inner():
    print([frame.name for frame in traceback.extract_stack()])
    print([frame.f_code.co_name for frame, _ in traceback.walk_stack(sys._getframe())])
    stream = io.StringIO()
    traceback.print_stack(file=stream)
    print(stream.getvalue().count("File"))
    logging.basicConfig(stream=stream, format="%(message)s")
    logging.warning("here", stack_info=True)
    print(stream.getvalue().count("File"))


inner()
