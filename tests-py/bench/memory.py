"""How much memory processes have, as /proc says: their proportional set size."""

import glob


def of(pid):
    """The proportional set size of a process, in MB. Raises `OSError` if it has ended."""
    with open(f"/proc/{pid}/smaps_rollup", encoding="ascii") as file:
        for line in file:
            if line.startswith("Pss:"):
                return int(line.split()[1]) / 1000
    raise OSError(f"/proc/{pid}/smaps_rollup has no line Pss")


def total(pids):
    """That of several processes; those that have ended meanwhile have none."""
    found = 0
    for pid in pids:
        try:
            found += of(pid)
        except OSError:
            continue
    return found


def descendants(pid):
    """The pids of a process and of all that it has started, directly or not."""
    return reachable(pid, _parents())


def reachable(pid, parents):
    """The same by the parents of all processes: a dict of pids."""
    children = {}
    for child, parent in parents.items():
        children.setdefault(parent, []).append(child)
    found, open_ends = {pid}, [pid]
    while open_ends:
        for child in children.get(open_ends.pop(), ()):
            if child not in found:
                found.add(child)
                open_ends.append(child)
    return found


def _parents():
    parents = {}
    for path in glob.glob("/proc/[0-9]*/stat"):
        try:
            with open(path, encoding="utf-8", errors="replace") as file:
                fields = file.read().rpartition(")")[2].split()
        except OSError:
            continue
        parents[int(path.split("/")[2])] = int(fields[1])
    return parents
