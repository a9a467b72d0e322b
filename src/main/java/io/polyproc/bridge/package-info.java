/** The GraalPy context and the host objects that the Python shim calls. */
@NullMarked
package io.polyproc.bridge;

import org.jspecify.annotations.NullMarked;
