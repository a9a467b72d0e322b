/**
 * The GraalPy context of a process, the host objects that the Python shim calls, and what these do
 * in Java: plain pickles, digests, signals, forks, and what a process tells of itself.
 */
@NullMarked
package io.polyproc.bridge;

import org.jspecify.annotations.NullMarked;
