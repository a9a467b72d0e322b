/**
 * How a running program is looked at from outside: where observer and process meet, what they say,
 * and what an observer concludes from it.
 */
@NullMarked
package io.polyproc.observation;

import org.jspecify.annotations.NullMarked;
