"""Sieves primes and looks for numbers with curious properties, by futures of an executor.

    primes.py LIMIT
"""

import math
import sys
from collections import Counter
from concurrent.futures import ProcessPoolExecutor


def sieve(limit):
    """All primes below the limit."""
    is_prime = [True] * limit
    is_prime[:2] = [False] * min(2, limit)
    for number in range(2, math.isqrt(limit) + 1):
        if is_prime[number]:
            for multiple in range(number * number, limit, number):
                is_prime[multiple] = False
    return [number for number, prime in enumerate(is_prime) if prime]


def count_primes(limit):
    return len(sieve(limit))


def factorize(number, primes):
    factors = {}
    for prime in primes:
        if prime * prime > number:
            break
        while number % prime == 0:
            factors[prime] = factors.get(prime, 0) + 1
            number //= prime
    if number > 1:
        factors[number] = factors.get(number, 0) + 1
    return factors


def divisor_sum(factors):
    return math.prod((prime ** (power + 1) - 1) // (prime - 1) for prime, power in factors.items())


def collatz_steps(number):
    steps = 0
    while number != 1:
        number = 3 * number + 1 if number % 2 else number // 2
        steps += 1
    return steps


def examine(begin, end):
    primes = sieve(math.isqrt(end) + 1)
    found = {"primes": 0, "twins": 0, "perfect": [], "abundant": 0, "kinds": Counter(), "collatz": (0, 0)}
    last_prime = None
    for number in range(begin, end):
        factors = factorize(number, primes)
        if factors == {number: 1}:
            found["primes"] += 1
            found["twins"] += number - 2 == last_prime
            last_prime = number
        total = divisor_sum(factors) - number
        if total == number:
            found["perfect"].append(number)
        elif total > number:
            found["abundant"] += 1
        found["kinds"][sum(factors.values())] += 1
        if number % 8 == 7:
            found["collatz"] = max(found["collatz"], (collatz_steps(number), number))
    return found


def main():
    limit = int(sys.argv[1])
    step = limit // 10 + 1
    with ProcessPoolExecutor(max_workers=2) as executor:
        count = executor.submit(count_primes, limit)
        parts = [executor.submit(examine, max(2, begin), min(begin + step, limit)) for begin in range(0, limit, step)]
        found = [part.result() for part in parts]
        print(f"{count.result()} primes below {limit}, {sum(part['primes'] for part in found)} by factors")
    kinds = sum((part["kinds"] for part in found), Counter())
    print("twins within a part:", sum(part["twins"] for part in found))
    print("perfect:", *(number for part in found for number in part["perfect"]))
    print("abundant:", sum(part["abundant"] for part in found))
    print("by number of factors:", *(f"{kind}:{kinds[kind]}" for kind in sorted(kinds)))
    print("longest Collatz sequence: {} steps from {}".format(*max(part["collatz"] for part in found)))


if __name__ == "__main__":
    main()
