"""What the runtime itself says on standard error."""

import sys


def tell(text: str) -> None:
    """Writes "polyproc: ", the text and the line's end to standard error, in one piece.

    Several processes may write there at once; an unbuffered stream would take the end of a printed line apart from it.
    A stream that is closed or broken gets nothing.
    """
    if sys.stderr is None:
        return
    try:
        sys.stderr.write(f"polyproc: {text}\n")
        sys.stderr.flush()
    except (OSError, ValueError):
        pass
