"""Counts primes with a pool: under `polyproc --cluster` its workers are on all nodes."""

import os
from collections import Counter
from multiprocessing import Pool, cpu_count

STEP = 2_000


def count(start):
    """How many primes there are from `start` on, in a step, and who has counted them."""
    found = sum(1 for n in range(max(start, 2), start + STEP) if all(n % d for d in range(2, int(n ** 0.5) + 1)))
    return found, os.path.basename(os.environ.get("POLYPROC_CLUSTER_NODE", "this machine"))


if __name__ == "__main__":
    total, places = 0, Counter()
    with Pool() as pool:
        for found, place in pool.imap_unordered(count, range(0, 200_000, STEP)):
            total += found
            places[place] += 1
    print(f"{total} primes, counted by {cpu_count()} cores: {dict(sorted(places.items()))}")
