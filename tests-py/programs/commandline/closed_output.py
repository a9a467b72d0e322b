# conformance: writing to a closed pipe is a BrokenPipeError, as with | head -1
# lines-read: 1
# exit: 1
# stderr: contains BrokenPipeError
import sys

for i in range(100_000):
    print('line', i)
