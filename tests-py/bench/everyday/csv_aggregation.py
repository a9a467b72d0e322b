"""Writes sales as CSV files, one a month, and sums them up by region, product and customer.

    csv_aggregation.py SALES
"""

import csv
import os
import random
import statistics
import sys
import tempfile
from collections import Counter, defaultdict
from concurrent.futures import ProcessPoolExecutor, as_completed
from dataclasses import dataclass, field
from datetime import date, timedelta

REGIONS = ["north", "south", "east", "west"]
PRODUCTS = ["apple", "pear", "plum", "cherry", "quince", "medlar"]
FIELDS = ["date", "region", "product", "customer", "quantity", "price"]


def write_month(folder, month, count):
    rng = random.Random(month)
    path = os.path.join(folder, f"sales-{month:02}.csv")
    with open(path, "w", newline="") as file:
        writer = csv.DictWriter(file, FIELDS)
        writer.writeheader()
        for _ in range(count):
            day = date(2024, month, 1) + timedelta(days=rng.randrange(28))
            writer.writerow({"date": day.isoformat(), "region": rng.choice(REGIONS), "product": rng.choice(PRODUCTS),
                             "customer": f"Smith, {rng.randrange(200)}", "quantity": rng.randint(1, 9),
                             "price": f"{rng.uniform(0.5, 20):.2f}"})
    return path


@dataclass
class Group:
    count: int = 0
    quantity: int = 0
    cents: int = 0
    largest: int = 0

    def add(self, quantity, cents):
        self.count += 1
        self.quantity += quantity
        self.cents += cents
        self.largest = max(self.largest, cents)

    def merge(self, other):
        self.count += other.count
        self.quantity += other.quantity
        self.cents += other.cents
        self.largest = max(self.largest, other.largest)


@dataclass
class Totals:
    groups: dict = field(default_factory=lambda: defaultdict(Group))
    customers: Counter = field(default_factory=Counter)
    weekdays: list = field(default_factory=lambda: [0] * 7)
    values: list = field(default_factory=list)


def aggregate(folder, month, count):
    """Writes a month's file and sums it up, as two steps of a job."""
    totals = Totals()
    with open(write_month(folder, month, count), newline="") as file:
        for row in csv.DictReader(file):
            quantity = int(row["quantity"])
            cents = quantity * round(100 * float(row["price"]))
            totals.groups[row["region"], row["product"]].add(quantity, cents)
            totals.customers[row["customer"]] += cents
            totals.weekdays[date.fromisoformat(row["date"]).weekday()] += cents
            totals.values.append(cents)
    return totals


def main():
    count = int(sys.argv[1])
    total = Totals()
    with tempfile.TemporaryDirectory() as folder, ProcessPoolExecutor(2) as executor:
        futures = [executor.submit(aggregate, folder, month, count // 12) for month in range(1, 13)]
        for future in as_completed(futures):
            found = future.result()
            for key, group in found.groups.items():
                total.groups[key].merge(group)
            total.customers.update(found.customers)
            total.weekdays = [a + b for a, b in zip(total.weekdays, found.weekdays)]
            total.values += found.values

    print(f"{'region':<8}{'product':<10}{'count':>8}{'quantity':>10}{'total':>14}{'largest':>10}")
    for (region, product), group in sorted(total.groups.items()):
        print(f"{region:<8}{product:<10}{group.count:>8}{group.quantity:>10}{group.cents / 100:>14,.2f}"
              f"{group.largest / 100:>10.2f}")
    for customer, cents in sorted(total.customers.items(), key=lambda item: (-item[1], item[0]))[:5]:
        print(f"{customer:<12}{cents / 100:>12,.2f}")
    print("by weekday:", *(f"{cents / 100:.2f}" for cents in total.weekdays))
    print(f"median {statistics.median(total.values) / 100:.2f}, mean {sum(total.values) / len(total.values) / 100:.2f}")


if __name__ == "__main__":
    main()
