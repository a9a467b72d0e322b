/** Synchronisation primitives in shared memory. */
@NullMarked
package io.polyproc.sync;

import org.jspecify.annotations.NullMarked;
