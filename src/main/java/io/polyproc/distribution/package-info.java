/**
 * The distribution: what it consists of, how the build makes it, and how a JVM is started from it.
 */
@NullMarked
package io.polyproc.distribution;

import org.jspecify.annotations.NullMarked;
