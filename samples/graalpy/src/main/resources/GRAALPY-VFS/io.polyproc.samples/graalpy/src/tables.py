from tabulate import tabulate


def table(rows):
    return tabulate(rows, headers=["article", "price"], floatfmt=".2f")
