"""Reads orders as lines of JSON, flattens and enriches them, and writes JSON again.

    json_transformation.py ORDERS
"""

import hashlib
import json
import random
import sys
from multiprocessing import Pool

PRODUCTS = {f"P{number:03}": {"name": f"Product {number}", "price": 3.5 + number * 1.25,
                              "tags": ["new", "sale"][number % 3:]} for number in range(60)}
COUNTRIES = ["DE", "FR", "IT", "ES", "PL"]
TAXES = {"DE": 0.19, "FR": 0.20, "IT": 0.22, "ES": 0.21, "PL": 0.23}


def make_orders(count):
    rng = random.Random(7)
    for number in range(count):
        items = [{"product": f"P{rng.randrange(60):03}", "quantity": rng.randint(1, 5), "gift": rng.random() < 0.1}
                 for _ in range(rng.randint(1, 6))]
        yield json.dumps({
            "id": number,
            "customer": {"name": f"Customer {rng.randrange(100)}", "email": f"c{rng.randrange(100)}@example.org",
                         "address": {"country": rng.choice(COUNTRIES), "zip": f"{rng.randrange(100000):05}"}},
            "items": items,
            "note": "please deliver \u2014 quickly" if number % 5 == 0 else None,
        })


def camel(key):
    first, *others = key.split("_")
    return first + "".join(word.capitalize() for word in others)


def with_camel_keys(value):
    if isinstance(value, dict):
        return {camel(key): with_camel_keys(item) for key, item in value.items()}
    if isinstance(value, list):
        return [with_camel_keys(item) for item in value]
    return value


def flatten(value, prefix=""):
    for key, item in value.items():
        if isinstance(item, dict):
            yield from flatten(item, f"{prefix}{key}_")
        else:
            yield prefix + key, item


def transform(line):
    order = json.loads(line)
    country = order["customer"]["address"]["country"]
    lines, total = [], 0.0
    for item in order["items"]:
        product = PRODUCTS[item["product"]]
        price = round(product["price"] * item["quantity"], 2)
        total += price
        lines.append({**item, "product_name": product["name"], "line_price": price,
                      "tag_list": sorted(product["tags"])})
    tax = round(total * TAXES[country], 2)
    result = {
        "order_id": order["id"],
        **dict(flatten(order["customer"], "customer_")),
        "line_items": [line for line in lines if not line["gift"]] or lines,
        "net_total": round(total, 2),
        "tax_amount": tax,
        "gross_total": round(total + tax, 2),
        "has_note": order["note"] is not None,
    }
    return country, result["gross_total"], json.dumps(with_camel_keys(result), sort_keys=True)


def main():
    count = int(sys.argv[1])
    digest = hashlib.sha256()
    totals = dict.fromkeys(COUNTRIES, 0.0)
    size = 0
    with Pool(processes=2) as pool:
        for country, gross, text in pool.imap(transform, make_orders(count), chunksize=50):
            totals[country] += gross
            size += len(text)
            digest.update(text.encode())
    print(f"{count} orders, {size} characters, sha256 {digest.hexdigest()}")
    for country, total in totals.items():
        print(f"{country}: {total:,.2f}")
    print(text)


if __name__ == "__main__":
    main()
