/** The format of Python's pickles: its opcodes, and the machine that they are instructions of. */
@NullMarked
package io.polyproc.pickle;

import org.jspecify.annotations.NullMarked;
