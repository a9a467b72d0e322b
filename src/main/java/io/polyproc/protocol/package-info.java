/** Control messages between a worker and its supervisor, and their codec. */
@NullMarked
package io.polyproc.protocol;

import org.jspecify.annotations.NullMarked;
