"""Solves Sudoku puzzles by backtracking; two workers take them from a queue.

    sudoku.py PUZZLES
"""

import multiprocessing
import random
import sys

DIGITS = "123456789"


def solve(cells):
    """Fills the free cells in place; whether that was possible, and how many digits were tried."""
    best, choices = None, None
    for index, value in enumerate(cells):
        if value is None:
            possible = candidates(cells, index)
            if best is None or len(possible) < len(choices):
                best, choices = index, possible
                if len(choices) < 2:
                    break
    if best is None:
        return True, 0
    tried = 0
    for digit in choices:
        cells[best] = digit
        solved, below = solve(cells)
        tried += 1 + below
        if solved:
            return True, tried
    cells[best] = None
    return False, tried


def candidates(cells, index):
    row, column = divmod(index, 9)
    used = set(cells[9 * row:9 * row + 9]) | set(cells[column::9])
    top, left = row - row % 3, column - column % 3
    for line in range(top, top + 3):
        used.update(cells[9 * line + left:9 * line + left + 3])
    return [digit for digit in DIGITS if digit not in used]


def make_puzzle(number):
    """A solved grid, shuffled, of which 52 cells are emptied."""
    rng = random.Random(number)
    rows = [3 * band + line for band in rng.sample(range(3), 3) for line in rng.sample(range(3), 3)]
    columns = [3 * stack + line for stack in rng.sample(range(3), 3) for line in rng.sample(range(3), 3)]
    digits = rng.sample(DIGITS, 9)
    cells = [digits[(3 * row + row // 3 + column) % 9] for row in rows for column in columns]
    for index in rng.sample(range(81), 52):
        cells[index] = None
    return "".join(cell or "." for cell in cells)


def worker(puzzles, solutions):
    while True:
        item = puzzles.get()
        if item is None:
            break
        number, puzzle = item
        cells = [None if cell == "." else cell for cell in puzzle]
        solved, tried = solve(cells)
        solutions.put((number, "".join(cells) if solved else None, tried))


def show(grid):
    for row in range(0, 81, 9):
        print(" ".join(grid[row:row + 9]))


def main():
    count = int(sys.argv[1])
    puzzles = multiprocessing.Queue()
    solutions = multiprocessing.Queue()
    workers = [multiprocessing.Process(target=worker, args=(puzzles, solutions)) for _ in range(2)]
    for process in workers:
        process.start()
    for number in range(count):
        puzzles.put((number, make_puzzle(number)))
    for _ in workers:
        puzzles.put(None)

    found = sorted(solutions.get() for _ in range(count))
    for process in workers:
        process.join()
    solved = sum(grid is not None for _, grid, _ in found)
    print(f"{solved} of {count} solved, {sum(tried for *_, tried in found)} digits tried")
    hardest = max(found, key=lambda item: (item[2], -item[0]))
    print(f"puzzle {hardest[0]} needed {hardest[2]}:")
    show(make_puzzle(hardest[0]))
    print()
    show(hardest[1])


if __name__ == "__main__":
    main()
