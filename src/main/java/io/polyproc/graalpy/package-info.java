/**
 * Internals of GraalPy and Truffle: the threads of a context, their stacks, the GIL, {@code errno}
 * and compilations. Each class says what it relies on, and what holds where that is missing.
 *
 * <p>Others rely on such internals, too: {@code CodeCache}, {@code CompiledCode}, {@code
 * MappedMemory}, {@code ObservationPoint}, {@code PythonObjects} and {@code SignalHandler} in
 * {@code bridge}, {@code worker.CompilerGate}, and {@code observation.States}.
 */
@NullMarked
package io.polyproc.graalpy;

import org.jspecify.annotations.NullMarked;
