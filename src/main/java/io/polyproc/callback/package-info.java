/** Java objects that Python processes call: the server that answers them. */
@NullMarked
package io.polyproc.callback;

import org.jspecify.annotations.NullMarked;
