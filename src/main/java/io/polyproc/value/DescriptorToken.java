package io.polyproc.value;

import io.polyproc.host.EmbeddedRuntime;
import java.io.IOException;
import java.io.UncheckedIOException;

/** A descriptor on its way to Python: left with the supervisor while it is pickled. */
public final class DescriptorToken {
  private DescriptorToken() {}

  /**
   * A token that becomes the descriptor in the process that reads it.
   *
   * @param descriptor stays the caller's, and open until it is pickled
   */
  public static ValueWriter.Shareable of(EmbeddedRuntime host, int descriptor) {
    return writer -> writer.build("kept", share(host, descriptor));
  }

  private static String share(EmbeddedRuntime host, int descriptor) {
    try {
      return host.share(descriptor);
    } catch (IOException e) {
      throw new UncheckedIOException("it can't be shared: " + e.getMessage(), e);
    }
  }
}
