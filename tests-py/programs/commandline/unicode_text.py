# conformance: text in any script arrives unchanged
# args: grüße 日本語 😀
# env: GREETING=здравствуй
# stderr: recorded
import os
import sys

print(sys.argv[1:], [len(a) for a in sys.argv[1:]])
print(os.environ['GREETING'])
print('ß', '\u00e9', '\U0001f600', 'tab\there')
print('on stderr: é 日本', file=sys.stderr)
sys.stdout.flush()
sys.stdout.buffer.write('bytes: ü\n'.encode('utf-8'))
sys.stdout.flush()
print(ascii(b'\xff'.decode('utf-8', 'surrogateescape')))
print(os.fsencode('é'), ascii(os.fsdecode(b'\xe9')))
with open('datei-ä.txt', 'w') as f:
    f.write('ö')
with open('datei-ä.txt', 'rb') as f:
    print(f.read(), [name for name in os.listdir('.') if name.startswith('datei')])
