/** The messages of connections: what crosses a pipe or socket, in CPython's format. */
@NullMarked
package io.polyproc.ipc;

import org.jspecify.annotations.NullMarked;
