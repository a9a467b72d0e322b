/**
 * Every native call. A failed call becomes a {@link io.polyproc.posix.PosixException} right here.
 */
@NullMarked
package io.polyproc.posix;

import org.jspecify.annotations.NullMarked;
