/**
 * What depends on internals of the JVM, of the JDK, of the C library and of the kernel's interface
 * to a process: forks of a JVM, its image on disk, its threads, flags and heap, and what the JDK
 * has cached of the process that it was in.
 */
@NullMarked
package io.polyproc.hotspot;

import org.jspecify.annotations.NullMarked;
