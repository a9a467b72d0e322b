package io.polyproc.pickle;

import java.io.Serial;

/** A pickle that is cut off, damaged, or says what this reader does not do. */
public final class PickleException extends RuntimeException {
  @Serial private static final long serialVersionUID = 1L;

  /** A pickle that can't be read, and why. */
  public PickleException(String message) {
    super(message);
  }
}
