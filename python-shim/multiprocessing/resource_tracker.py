"""Named resources that must not outlive the program: the supervisor keeps the list."""

from _polyproc.descriptors import call

__all__ = ["ensure_running", "register", "unregister"]


class ResourceTracker:
    """Stands for CPython's tracker process, which is not needed here."""

    def getfd(self):
        return None

    def ensure_running(self):
        """Nothing to do: the supervisor runs."""

    def register(self, name, rtype):
        """Lets the resource be removed when the program ends."""
        call("trackResource", rtype, name, True)

    def unregister(self, name, rtype):
        """The resource has been removed."""
        call("trackResource", rtype, name, False)


_resource_tracker = ResourceTracker()
ensure_running = _resource_tracker.ensure_running
register = _resource_tracker.register
unregister = _resource_tracker.unregister
getfd = _resource_tracker.getfd
