"""Counts the words of documents and prints the statistics of all of them.

    text_statistics.py DOCUMENTS
"""

import random
import re
import sys
from collections import Counter
from multiprocessing import Pool

WORDS = """the of and to in a is that for it was on are as with his they at be this have from or one had by
word but not what all were we when your can said there use an each which she do how their if will up other
about out many then them these so some her would make like him into time has look two more write go see
number no way could people my than first water been call who oil its now find long down day did get come made
may part winter mountain beautiful extraordinary responsibility understanding""".split()

WORD = re.compile(r"[a-z']+")


def load(number):
    """The text of a document; in real life it would be read from a file."""
    rng = random.Random(number)
    sentences = []
    for _ in range(40):
        words = [rng.choice(WORDS) for _ in range(rng.randint(4, 18))]
        sentences.append(" ".join(words).capitalize() + rng.choice(".?!"))
    return "\n".join(sentences)


def analyse(number):
    text = load(number)
    words = WORD.findall(text.lower())
    lengths = Counter(len(word) for word in words)
    pairs = Counter(zip(words, words[1:]))
    sentences = [s for s in re.split(r"[.?!]\s*", text) if s]
    return {
        "words": Counter(words),
        "lengths": lengths,
        "pairs": Counter(dict(pairs.most_common(20))),
        "sentences": len(sentences),
        "questions": text.count("?"),
        "longest": max(sentences, key=len),
    }


def main():
    documents = int(sys.argv[1])
    words, lengths, pairs = Counter(), Counter(), Counter()
    sentences = questions = 0
    longest = ""
    with Pool(2) as pool:
        for found in pool.imap(analyse, range(documents), chunksize=4):
            words.update(found["words"])
            lengths.update(found["lengths"])
            pairs.update(found["pairs"])
            sentences += found["sentences"]
            questions += found["questions"]
            longest = max(longest, found["longest"], key=len)

    total = sum(words.values())
    print(f"{documents} documents, {sentences} sentences, {questions} questions, {total} words")
    print(f"{total / sentences:.2f} words a sentence, {len(words)} different ones")
    for word, count in sorted(words.items(), key=lambda item: (-item[1], item[0]))[:8]:
        print(f"{word:<12}{count:>8}{100 * count / total:>7.2f} %")
    for length in sorted(lengths):
        print(f"{length:>3} {'#' * (200 * lengths[length] // total)}")
    print(*(" ".join(pair) for pair, _ in sorted(pairs.items(), key=lambda item: (-item[1], item[0]))[:5]), sep=", ")
    print(longest)


if __name__ == "__main__":
    main()
