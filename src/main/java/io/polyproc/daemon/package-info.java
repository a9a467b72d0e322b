/** The background process that keeps workers warm for the command line, and its client. */
package io.polyproc.daemon;
