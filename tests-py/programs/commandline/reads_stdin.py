# conformance: a script reads its standard input by lines, by input() and to its end
# stdin: first\nsecond é\nthird\nfourth\nrest 1\nrest 2 without an end
import sys

print(repr(sys.stdin.readline()))
print(repr(input()))
print(repr(input('prompt> ')))
for line in sys.stdin:
    print(repr(line))
    break
print(repr(sys.stdin.read()), repr(sys.stdin.read()))
try:
    input()
except EOFError as error:
    print('EOFError:', error)
print(sys.stdin.fileno(), sys.stdin.isatty(), sys.stdin.encoding)
