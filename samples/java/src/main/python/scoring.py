"""How easy a text is to read: the Flesch reading ease of each paragraph."""

import re

import java

Syllables = java.type("io.polyproc.sample.Syllables")  # the program's own Java class


def score(document, results):
    """Scores a document, paragraph by paragraph; sends what it finds as it goes."""
    total = 0
    for number, paragraph in enumerate(document.text.split("\n\n")):
        words = re.findall(r"[A-Za-z']+", paragraph)
        if not words:
            continue
        sentences = max(1, len(re.findall(r"[.!?]+", paragraph)))
        syllables = sum(Syllables.count(word) for word in words)
        ease = 206.835 - 1.015 * len(words) / sentences - 84.6 * syllables / len(words)
        results.put({"document": document.name, "paragraph": number, "words": len(words), "ease": ease})
        total += 1
    return total
