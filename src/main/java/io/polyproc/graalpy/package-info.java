/** What is known of GraalPy's inside; every assumption is checked before it is relied on. */
@NullMarked
package io.polyproc.graalpy;

import org.jspecify.annotations.NullMarked;
