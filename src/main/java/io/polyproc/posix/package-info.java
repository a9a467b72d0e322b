/**
 * Every native call. Most methods throw a {@link io.polyproc.posix.PosixException} if a call fails.
 * Three classes return the error to their callers, as each failure means something else there:
 * {@code ByteStream}, {@code PacketBuffer}, and {@code SystemCalls}, which Python's modules call.
 * The result of a {@code MachineCode} is its caller's to check.
 */
@NullMarked
package io.polyproc.posix;

import org.jspecify.annotations.NullMarked;
