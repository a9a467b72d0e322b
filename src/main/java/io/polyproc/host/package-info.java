/** The runtime that a Java program holds: its supervisor, its workers and what they need. */
@NullMarked
package io.polyproc.host;

import org.jspecify.annotations.NullMarked;
