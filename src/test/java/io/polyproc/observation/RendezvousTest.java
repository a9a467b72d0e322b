package io.polyproc.observation;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.polyproc.posix.MessageListener;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import org.junit.jupiter.api.Test;

final class RendezvousTest {
  /** Larger than any process's id. */
  private static final String NOBODY = "99999999.observer";

  @Test
  void shouldMeetInAFolderOfThisUserAlone() throws IOException {
    Path path = Rendezvous.ofObserver();

    assertEquals(
        "rwx------",
        PosixFilePermissions.toString(Files.getPosixFilePermissions(path.getParent())));
    assertFalse(Files.exists(path));
    try (MessageListener _ = MessageListener.at(path)) {
      assertTrue(Rendezvous.observers().contains(path));
    }
    assertFalse(Rendezvous.observers().contains(path));
  }

  @Test
  void shouldRemoveWhatAKilledObserverHasLeft() throws IOException {
    Path left = Rendezvous.ofObserver().resolveSibling(NOBODY);
    Files.writeString(left, "");
    assertTrue(Rendezvous.observers().contains(left));

    Path own = Rendezvous.ofObserver();

    assertFalse(Files.exists(left));
    assertFalse(Files.exists(own));
  }
}
