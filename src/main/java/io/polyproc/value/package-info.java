/**
 * How Java and Python values become each other: a codec for each kind of value, what pickles them,
 * and what makes of a read value the type that a program asks for.
 *
 * <pre>
 *   a Java value ──► ValueWriter, ValueCodecs ──► a pickle ──► Python
 *   Python ──► a pickle ──► ValueReader, KnownTypes ──► a value ──► Conversions ──► the type asked for
 * </pre>
 */
@NullMarked
package io.polyproc.value;

import org.jspecify.annotations.NullMarked;
