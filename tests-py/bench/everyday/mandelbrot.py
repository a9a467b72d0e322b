"""Draws the Mandelbrot set and prints a small picture of it.

    mandelbrot.py ROWS
"""

import functools
import sys
import zlib
from multiprocessing import Pool

WIDTH = 160
LIMIT = 80
SHADES = " .:-=+*#%@"


def iterations(c):
    z = 0j
    for count in range(LIMIT):
        if abs(z) > 2.0:
            return count
        z = z * z + c
    return LIMIT


def draw_row(rows, row):
    y = -1.2 + 2.4 * row / rows
    return [iterations(complex(-2.1 + 2.8 * column / WIDTH, y)) for column in range(WIDTH)]


def main():
    rows = int(sys.argv[1])
    with Pool(2) as pool:
        picture = pool.map(functools.partial(draw_row, rows), range(rows))
    for row in picture[::max(1, rows // 12)][:12]:
        print("".join(SHADES[count * (len(SHADES) - 1) // LIMIT] for count in row[::3]).rstrip())
    inside = sum(count == LIMIT for row in picture for count in row)
    checksum = zlib.crc32(bytes(count for row in picture for count in row))
    print(f"{WIDTH} x {rows} points, {inside} inside, checksum {checksum:08x}")


if __name__ == "__main__":
    main()
