# conformance: a script finds its arguments, its folder, its name and an unchanged environment
# args: plain "with blanks" "" -x --name=value -- é日本 *
import os
import sys

print(sys.argv[0] == 'arguments.py', sys.argv[1:])
print(sys.orig_argv[-3:])
print(sys.path[0] == os.getcwd() == os.path.dirname(__file__), os.path.basename(__file__))
print(__name__, __spec__, __package__, __doc__)
print(os.path.isabs(__file__), os.path.isabs(sys.executable), os.access(sys.executable, os.X_OK))
print(sys.flags.optimize, sys.flags.isolated, sys.flags.safe_path, sys.warnoptions, sys._xoptions)
print(sys.version_info[:2] >= (3, 11), sys.platform, os.name, sys.byteorder)
print(sys.stdin.read() == '', sys.stdout.encoding, sys.getfilesystemencoding())
print(os.environ['TMPDIR'] == __import__('tempfile').gettempdir())
