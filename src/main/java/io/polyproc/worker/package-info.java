/** What runs inside a worker JVM: the boot, the wait for an assignment and the run of a program. */
@NullMarked
package io.polyproc.worker;

import org.jspecify.annotations.NullMarked;
