/** Control messages between a worker and its supervisor, and their codec. */
@NullMarked
package io.polyproc.wire;

import org.jspecify.annotations.NullMarked;
