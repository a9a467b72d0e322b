/**
 * What runs in the JVMs that have a Python of their own: a worker, a main program, a process that
 * was restored from an image, and the one that an image is made of, with its warm-up. Also the
 * commands that start a worker.
 */
@NullMarked
package io.polyproc.worker;

import org.jspecify.annotations.NullMarked;
