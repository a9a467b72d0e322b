/** Starts, hands out, watches and reaps worker JVMs. */
@NullMarked
package io.polyproc.supervisor;

import org.jspecify.annotations.NullMarked;
