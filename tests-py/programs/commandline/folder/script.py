import os
import sys

import beside

print(beside.value, sys.path[0] == os.path.join(os.getcwd(), 'folder'), sys.argv)
print(__file__ == os.path.abspath('folder/script.py'))
