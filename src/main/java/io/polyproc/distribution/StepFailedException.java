package io.polyproc.distribution;

/** A step of the build could not be done; the reason is one line, for {@link BuildProperties}. */
final class StepFailedException extends Exception {

  private static final long serialVersionUID = 1L;

  private final String reason;

  StepFailedException(String reason) {
    super(reason);
    this.reason = reason;
  }

  String reason() {
    return reason;
  }
}
