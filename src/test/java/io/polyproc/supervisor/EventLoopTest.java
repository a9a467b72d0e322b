package io.polyproc.supervisor;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.polyproc.posix.MessageSocket;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(20)
final class EventLoopTest {
  private final EventLoop loop = new EventLoop();

  @Test
  void shouldRunWhatBelongsToAReadableDescriptor() {
    MessageSocket[] ends = MessageSocket.pair();
    List<byte[]> received = new ArrayList<>();
    loop.watch(ends[1].fd(), () -> received.add(Objects.requireNonNull(ends[1].receive()).data()));
    assertTrue(ends[0].send(new byte[] {1}));
    assertTrue(ends[0].send(new byte[] {2}));
    loop.run(() -> received.size() < 2);
    assertEquals(2, received.get(1)[0]);
    ends[0].close();
    ends[1].close();
  }

  @Test
  void shouldRunAChoreAgainWhenItWishes() {
    AtomicInteger runs = new AtomicInteger();
    loop.add(() -> runs.incrementAndGet() < 3 ? 1 : -1);
    loop.run(() -> runs.get() < 3);
    assertEquals(3, runs.get());
  }

  @Test
  void shouldNotRunWhatWasForgottenMeanwhile() {
    MessageSocket[] first = MessageSocket.pair();
    MessageSocket[] second = MessageSocket.pair();
    assertTrue(first[0].send(new byte[1]));
    assertTrue(second[0].send(new byte[1]));
    List<String> ran = new ArrayList<>();
    loop.watch(
        first[1].fd(),
        () -> {
          ran.add("first");
          loop.forget(second[1].fd());
        });
    loop.watch(second[1].fd(), () -> ran.add("second"));
    loop.run(ran::isEmpty);
    assertEquals(List.of("first"), ran);
    List.of(first[0], first[1], second[0], second[1]).forEach(MessageSocket::close);
  }

  @Test
  void shouldNotRunWhatHasNothingToReadAnyMore() {
    MessageSocket[] first = MessageSocket.pair();
    MessageSocket[] second = MessageSocket.pair();
    assertTrue(first[0].send(new byte[1]));
    assertTrue(second[0].send(new byte[1]));
    List<String> ran = new ArrayList<>();
    loop.watch(
        first[1].fd(),
        () -> {
          ran.add("first");
          Objects.requireNonNull(first[1].receive());
          Objects.requireNonNull(second[1].receive());
        });
    loop.watch(second[1].fd(), () -> ran.add("second"));
    loop.run(ran::isEmpty);
    assertEquals(List.of("first"), ran);
    List.of(first[0], first[1], second[0], second[1]).forEach(MessageSocket::close);
  }
}
