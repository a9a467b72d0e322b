"""A program without processes that computes for about half a second, in pure Python."""


class Board:
    """The queens' problem: objects, lists, recursion, comparisons."""

    def __init__(self, size):
        self.size = size
        self.rows = []

    def solutions(self):
        """How many ways there are to place the queens."""
        if len(self.rows) == self.size:
            return 1
        found = 0
        for column in range(self.size):
            if self.is_free(column):
                self.rows.append(column)
                found += self.solutions()
                self.rows.pop()
        return found

    def is_free(self, column):
        """Whether no queen placed so far attacks the next row's column."""
        row = len(self.rows)
        for other_row, other in enumerate(self.rows):
            if other == column or abs(other - column) == row - other_row:
                return False
        return True


def words(count):
    """Text and dictionaries."""
    seen = {}
    for number in range(count):
        word = f"{number * 7919 % 1000:x}"
        seen[word] = seen.get(word, 0) + len(word)
    return sum(seen.values())


if __name__ == "__main__":
    print(Board(10).solutions(), words(1200000))
