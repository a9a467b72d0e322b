"""A program that a process runs before its image is written: it imports, defines, computes, fails and ends."""

import collections
import json
import os
import sys
import time


class Account:
    def __init__(self, owner, balance=0):
        self.owner = owner
        self.balance = balance

    def withdraw(self, amount):
        if amount > self.balance:
            raise ValueError(f"{self.owner} has {self.balance} and not {amount}")
        self.balance -= amount


def attempts(account):
    for amount in range(5, 20, 5):
        try:
            account.withdraw(amount)
        except ValueError as e:
            yield str(e)
        else:
            yield account.balance


def main():
    started = time.perf_counter()
    results = list(attempts(Account("somebody", 12)))
    counted = collections.Counter(word for result in results for word in str(result).split())
    text = json.dumps({"results": results, "words": sorted(counted), "arguments": sys.argv[1:]})
    if json.loads(text)["arguments"] != ["argument"] or not os.path.exists(__file__):
        return 1
    return 0 if time.perf_counter() >= started else 1


if __name__ == "__main__":
    sys.exit(main())
