import os
import sys

import beside

print(__name__, beside.value, sys.argv, sys.path[0] == 'runnable' or sys.path[0], os.path.basename(__file__))
