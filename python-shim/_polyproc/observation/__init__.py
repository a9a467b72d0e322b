"""Says what the threads of this process do, for an observer; see `ObservationPoint` in Java.

    threads ──► calls   what is on a stack
            ├─► waits   a rule for each function in which a thread waits
            └─► roles   a rule for each function that says what a thread is for

Nothing here runs before an observer asks. What a thread waits for is read off its stack: each wait of the runtime and
of the standard library has a function whose local variables name what is waited for (`waits.RULES`).
"""
