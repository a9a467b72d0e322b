/** Where the classes of this JVM come from, however the program was packed, and copies of them. */
@NullMarked
package io.polyproc.classpath;

import org.jspecify.annotations.NullMarked;
