/**
 * What the locks, conditions and numbers are made of that Java and Python processes share: of the
 * same parts, and by the same protocols, as {@code multiprocessing}'s.
 */
@NullMarked
package io.polyproc.shared;

import org.jspecify.annotations.NullMarked;
