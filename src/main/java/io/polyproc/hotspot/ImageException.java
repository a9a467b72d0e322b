package io.polyproc.hotspot;

import java.io.IOException;

/** An image could not be written; the message is the reason, for people. */
public final class ImageException extends IOException {
  private static final long serialVersionUID = 1;

  ImageException(String reason) {
    super(reason);
  }
}
