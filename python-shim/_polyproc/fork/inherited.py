"""What a child made by value has in the place of its parent's running processes."""

import os
import signal


class InheritedPopen:
    """In a forked child, the process of its parent's `Process` object: running, for all it knows."""

    def __init__(self, pid, returncode):
        self.pid = pid
        self.returncode = returncode

    def poll(self, flag=os.WNOHANG):
        return self.returncode

    def terminate(self):
        os.kill(self.pid, signal.SIGTERM)

    def kill(self):
        os.kill(self.pid, signal.SIGKILL)

    def close(self):
        """Nothing of it is this process's."""
