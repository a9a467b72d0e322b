"""Solves systems of linear equations with matrices of plain lists, and checks the solutions.

    matrix.py SYSTEMS
"""

import random
import sys
from multiprocessing import Pool

ORDER = 24


def multiply(a, b):
    columns = list(zip(*b))
    return [[sum(x * y for x, y in zip(row, column)) for column in columns] for row in a]


def identity(order):
    return [[1.0 if row == column else 0.0 for column in range(order)] for row in range(order)]


def transpose(a):
    return [list(column) for column in zip(*a)]


def invert(a):
    """Gauss and Jordan, with partial pivoting; the inverse and the determinant."""
    order = len(a)
    rows = [list(row) + unit for row, unit in zip(a, identity(order))]
    determinant = 1.0
    for step in range(order):
        pivot = max(range(step, order), key=lambda row: abs(rows[row][step]))
        if pivot != step:
            rows[step], rows[pivot] = rows[pivot], rows[step]
            determinant = -determinant
        factor = rows[step][step]
        determinant *= factor
        rows[step] = [value / factor for value in rows[step]]
        for row in range(order):
            if row != step and rows[row][step] != 0.0:
                factor = rows[row][step]
                rows[row] = [x - factor * y for x, y in zip(rows[row], rows[step])]
    return [row[order:] for row in rows], determinant


def solve_system(seed, order):
    rng = random.Random(seed)
    a = [[rng.uniform(-1, 1) for _ in range(order)] for _ in range(order)]
    b = [[rng.uniform(-1, 1)] for _ in range(order)]
    inverse, determinant = invert(a)
    solution = multiply(inverse, b)
    difference = max(abs(x - y) for (x,), (y,) in zip(multiply(a, solution), b))
    symmetric = multiply(transpose(a), a)
    trace = sum(symmetric[index][index] for index in range(order))
    return determinant, trace, difference


def main():
    count = int(sys.argv[1])
    with Pool(2) as pool:
        found = pool.starmap(solve_system, [(seed, ORDER) for seed in range(count)])
    for determinant, trace, _ in found[:5]:
        print(f"{determinant:+.9e} {trace:.9f}")
    print(f"{count} systems, {sum(d > 0 for d, *_ in found)} with a positive determinant")
    print(f"mean trace {sum(trace for _, trace, _ in found) / count:.9f}")
    print(f"all solved: {all(difference < 1e-6 for *_, difference in found)}")


if __name__ == "__main__":
    main()
