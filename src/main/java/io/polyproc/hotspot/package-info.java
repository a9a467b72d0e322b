/**
 * What depends on the insides of the JVM, of the C library and of the kernel's interface to a
 * process: the image of a JVM on disk.
 */
@NullMarked
package io.polyproc.hotspot;

import org.jspecify.annotations.NullMarked;
