"""How much memory processes have, as /proc says: their proportional set size."""


def of(pid):
    """The proportional set size of a process, in MB. Raises `OSError` if it has ended."""
    with open(f"/proc/{pid}/smaps_rollup", encoding="ascii") as file:
        for line in file:
            if line.startswith("Pss:"):
                return int(line.split()[1]) / 1000
    raise OSError(f"/proc/{pid}/smaps_rollup has no line Pss")
