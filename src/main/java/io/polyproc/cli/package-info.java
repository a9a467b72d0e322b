/** The command line: parses, builds an options record, calls a service, returns an exit status. */
@NullMarked
package io.polyproc.cli;

import org.jspecify.annotations.NullMarked;
