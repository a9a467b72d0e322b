/**
 * Runs the Python programs of {@code tests-py/programs} and compares what they print with what
 * CPython prints. {@code tests-py/README.md} says how a program declares what may differ.
 */
@NullMarked
package io.polyproc.conformance;

import org.jspecify.annotations.NullMarked;
