/** Records what a program's processes do, in one file: the timeline, and samples of stacks. */
@NullMarked
package io.polyproc.trace;

import org.jspecify.annotations.NullMarked;
