package io.polyproc.conformance;

import java.time.Duration;
import java.util.List;

/**
 * What a run of a program left behind.
 *
 * @param stdout with the folders of the run replaced by {@code <work>} and {@code <tmp>}
 * @param stderr likewise
 * @param exit the status, 128 and the signal's number for a process ended by a signal
 * @param wall how long it took
 * @param troubles what went wrong beyond the program: it hung, or something was left
 */
record ProgramRun(String stdout, String stderr, int exit, Duration wall, List<String> troubles) {

  ProgramRun {
    troubles = List.copyOf(troubles);
  }
}
