/** Messages: of connections, in CPython's format, and of queues, as packets. */
@NullMarked
package io.polyproc.ipc;

import org.jspecify.annotations.NullMarked;
