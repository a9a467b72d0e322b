"""A pipeline: a producer makes messages, a consumer validates and signs them, the main program collects.

    pipeline.py MESSAGES
"""

import hashlib
import sys
from collections import Counter
from multiprocessing import Event, Process, Queue, Value

LEVELS = ["debug", "info", "info", "info", "warning", "error"]


def produce(count, messages, produced):
    state = 12345
    for number in range(count):
        state = (1103515245 * state + 12345) % 2 ** 31
        level = LEVELS[(state >> 16) % len(LEVELS)]
        text = " ".join(f"{(state >> shift) & 255:02x}" for shift in range(0, 24, 3))
        messages.put({"id": number, "level": level, "user": f"user{state % 97}", "text": text})
        with produced.get_lock():
            produced.value += 1
    messages.put(None)


def signature(message):
    text = "|".join(f"{key}={message[key]}" for key in sorted(message))
    return hashlib.md5(text.encode()).hexdigest()


def checksum(text):
    """Fletcher's, as one would write it down."""
    low = high = 0
    for character in text:
        low = (low + ord(character)) % 255
        high = (high + low) % 255
    return high << 8 | low


def consume(messages, results, done):
    batch = []
    while (message := messages.get()) is not None:
        if message["level"] == "debug":
            continue
        message["text"] = " ".join(reversed(message["text"].split()))
        message["checksum"] = checksum(message["text"])
        message["signature"] = signature(message)
        batch.append(message)
        if len(batch) == 20:
            results.put(batch)
            batch = []
    results.put(batch)
    results.put(None)
    done.set()


def main():
    count = int(sys.argv[1])
    messages, results = Queue(maxsize=200), Queue()
    produced, done = Value("i", 0), Event()
    producer = Process(target=produce, args=(count, messages, produced))
    consumer = Process(target=consume, args=(messages, results, done))
    producer.start()
    consumer.start()

    levels, users = Counter(), Counter()
    digest = hashlib.sha1()
    checksums = 0
    while (batch := results.get()) is not None:
        for message in batch:
            levels[message["level"]] += 1
            users[message["user"]] += 1
            checksums += message["checksum"]
            digest.update(message["signature"].encode())
    done.wait()
    producer.join()
    consumer.join()

    print(f"{produced.value} produced, {sum(levels.values())} accepted, checksums {checksums}")
    print(f"sha1 {digest.hexdigest()}")
    print(*(f"{level} {levels[level]}" for level in sorted(levels)))
    print(*(f"{user} {number}" for user, number in sorted(users.items(), key=lambda item: (-item[1], item[0]))[:5]))


if __name__ == "__main__":
    main()
