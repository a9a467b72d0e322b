"""CPython's fork server: here the supervisor with its standby workers is one already."""

__all__ = ["ensure_running", "get_inherited_fds", "set_forkserver_preload"]


class ForkServer:
    """Keeps the interface of CPython's; the workers are the supervisor's."""

    def __init__(self):
        self._preload_modules = ["__main__"]

    def set_forkserver_preload(self, modules_names):
        """Sets the modules that children will find imported."""
        if not all(type(mod) is str for mod in modules_names):
            raise TypeError("module_names must be a list of strings")
        self._preload_modules = modules_names

    def _stop(self):
        """Nothing runs here that could be stopped."""

    def get_inherited_fds(self):
        """Only a fork server's child has any."""
        return None

    def ensure_running(self):
        """Lets workers boot ahead."""
        from _polyproc.process.descriptors import call

        call("prepare")


_forkserver = ForkServer()
ensure_running = _forkserver.ensure_running
get_inherited_fds = _forkserver.get_inherited_fds
set_forkserver_preload = _forkserver.set_forkserver_preload
