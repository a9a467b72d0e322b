package io.polyproc.cluster;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** What commands do to objects, whatever engine keeps them. */
final class ClusterObjectsTest {
  private static final String A = "a~1#10.1/1";
  private static final String B = "b~1#20.1/1";
  private static final String C = "c~1#30.1/1";

  private final Map<Long, byte[]> stored = new HashMap<>();

  private final Cells cells = new MapCells(stored);

  /** The answer, then who is told what: {@code client:request:answer}. */
  private List<String> apply(Object... command) {
    Fields outcome = Fields.read(ClusterObjects.apply(cells, Fields.of(command)));
    List<String> texts = new ArrayList<>();
    texts.add(joined(outcome.bytes(0)));
    for (int at = 1; at < outcome.count(); at += 3) {
      texts.add(
          outcome.text(at) + ":" + outcome.text(at + 1) + ":" + joined(outcome.bytes(at + 2)));
    }
    return texts;
  }

  private static String joined(byte[] fields) {
    Fields read = Fields.read(fields);
    List<String> texts = new ArrayList<>();
    for (int i = 0; i < read.count(); i++) {
      texts.add(read.text(i));
    }
    return String.join(" ", texts);
  }

  private List<String> acquire(String client, int request) {
    return apply(client, request, "s.acquire", "", 1, 1, 1);
  }

  private List<String> release(String client) {
    return apply(client, 9, "s.release", "", 1, 1);
  }

  @Test
  void shouldServeThoseThatWaitForALockInTheirOrder() {
    assertEquals(List.of("1 "), acquire(A, 1));
    assertEquals(List.of("w"), acquire(B, 2));
    assertEquals(List.of("w"), acquire(C, 3));
    assertEquals(List.of("1", B + ":2:1 "), release(A));
    assertEquals(List.of("1", C + ":3:1 "), release(B));
    assertEquals(List.of("1"), release(C));
    assertEquals(List.of("e"), release(C));
  }

  @Test
  void shouldAnswerAgainWhatAClientHasNotHeard() {
    acquire(A, 1);
    acquire(B, 2);
    release(A);
    assertEquals(List.of("1 "), acquire(B, 2));
    assertEquals(List.of("w"), acquire(A, 3));
  }

  @Test
  void shouldPassTheLockOfALostProcessOnAndTellWhose() {
    acquire(A, 1);
    acquire(B, 2);
    assertEquals(List.of("1", B + ":2:1 a~1#10.1"), apply("agent#0/0", 0, "lost", "a~1#10.1/"));
  }

  @Test
  void shouldTellTheNextWhoseLockItWas() {
    acquire(A, 1);
    assertEquals(List.of("1"), apply("agent#0/0", 0, "lost", "a~1#10.1/"));
    assertEquals(List.of("1 a~1#10.1"), acquire(B, 1));
  }

  @Test
  void shouldGiveUpAWaitOrSayThatItWasServed() {
    acquire(A, 1);
    acquire(B, 2);
    acquire(C, 3);
    assertEquals(List.of("0"), apply(B, 4, "s.cancel", "", 1, 1, 2));
    release(A);
    assertEquals(List.of("1 "), apply(C, 5, "s.cancel", "", 1, 1, 3));
  }

  @Test
  void shouldNotPassOnPermitsThatAreSignals() {
    Object[] signal = {A, 1, "s.release", "t", 0, 5};
    apply(signal);
    assertEquals(List.of("1 "), apply(B, 1, "s.acquire", "t", 0, 5, 1));
    apply("agent#0/0", 0, "lost", "b~1#20.1/");
    assertEquals(List.of("1 0"), apply(A, 2, "s.value", "t", 0, 5));
  }

  @Test
  void shouldRefuseWhatALostNodeStillSays() {
    apply("agent#0/0", 0, "lost", "fenced~1#");
    assertEquals(List.of("f"), apply("fenced~1#1.1/1", 1, "s.acquire", "", 1, 1, 0));
    assertFalse(ClusterObjects.isFenced("fenced~2"));
  }

  @Test
  void shouldGiveItemsInTheirOrderAndWakeThoseThatWait() {
    assertEquals(List.of("w"), apply(B, 1, "q.get", 0, 1));
    assertEquals(List.of("1 2", B + "::"), apply(A, 1, "q.put", 0, 0, "x", "y"));
    assertEquals(List.of("1 x"), apply(B, 1, "q.get", 0, 1));
    assertEquals(List.of("1 y"), apply(C, 1, "q.get", 0, 1));
    assertEquals(List.of("0"), apply(C, 2, "q.get", 0, 0));
    assertEquals(1, stored.size(), "an item stays behind");
  }

  @Test
  void shouldKeepAnItemOfWhichALostClientWasTold() {
    apply(B, 1, "q.get", 0, 1);
    apply(C, 1, "q.get", 0, 1);
    apply(A, 1, "q.put", 0, 0, "x");
    assertEquals(List.of("1", C + "::"), apply("agent#0/0", 0, "lost", "b~1#20.1/"));
    assertEquals(List.of("1 x"), apply(C, 1, "q.get", 0, 1));
  }

  @Test
  void shouldTakeNoMoreThanTheLimit() {
    assertEquals(List.of("1 1"), apply(A, 1, "q.put", 1, 1, "x"));
    assertEquals(List.of("w"), apply(A, 2, "q.put", 1, 1, "y"));
    assertEquals(List.of("1 x", A + "::"), apply(B, 1, "q.get", 1, 1));
    assertEquals(List.of("1 1"), apply(A, 2, "q.put", 1, 1, "y"));
  }

  @Test
  void shouldWakeWhoJoinsWhenAllIsDone() {
    apply(A, 1, "q.put", 0, 0, "x");
    assertEquals(List.of("w"), apply(A, 2, "q.join", 0, 1));
    apply(B, 1, "q.get", 0, 0);
    assertEquals(List.of("1", A + "::"), apply(B, 2, "q.done", 0));
    assertEquals(List.of("e"), apply(B, 3, "q.done", 0));
    assertEquals(List.of("1"), apply(A, 2, "q.join", 0, 1));
  }

  @Test
  void shouldRefuseAMessageThatIsNone() {
    byte[] cut = "\0\0\0\u0009abc".getBytes(StandardCharsets.US_ASCII);
    assertThrows(IllegalArgumentException.class, () -> Fields.read(cut));
  }
}
