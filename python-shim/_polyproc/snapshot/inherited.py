"""What a child made by value has in the place of its parent's running processes."""

import os
import signal


class InheritedPopen:
    """In a forked child, the process of its parent's `Process` object: running, for all it knows."""

    def __init__(self, pid: int, returncode: "int | None") -> None:
        self.pid = pid
        self.returncode = returncode

    def poll(self, flag: int = os.WNOHANG) -> "int | None":
        return self.returncode

    def terminate(self) -> None:
        os.kill(self.pid, signal.SIGTERM)

    def kill(self) -> None:
        os.kill(self.pid, signal.SIGKILL)

    def close(self) -> None:
        """Nothing of it is this process's."""
