/** A client of {@code multiprocessing}'s managers: their protocol, and their maps and lists. */
@NullMarked
package io.polyproc.manager;

import org.jspecify.annotations.NullMarked;
