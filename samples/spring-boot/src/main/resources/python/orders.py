"""What the shop computes in Python."""

import time


def total(articles, prices):
    """Adds up prices, each of which a bean of the application knows."""
    return sum(prices.price_of(article) for article in articles)


def offers(count, pause):
    """Yields offers, each of which takes a while."""
    for number in range(count):
        time.sleep(pause)
        yield {"number": number, "text": f"offer {number}"}


def ship(seconds):
    time.sleep(seconds)
    return "shipped"
