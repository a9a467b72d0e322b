/** How the processes of a Java program begin: what they are told, and whether they can start. */
@NullMarked
package io.polyproc.process;

import org.jspecify.annotations.NullMarked;
