package io.polyproc.conformance;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Consumer;

/**
 * One output stream of a process, read by a thread of its own. What has been read so far is there
 * even if the stream never ends, because a process that was left behind holds it open.
 */
final class Output {

  private final String name;

  /** Guarded by itself. */
  private final StringBuilder text = new StringBuilder();

  private final CompletableFuture<Void> end = new CompletableFuture<>();

  private Output(String name) {
    this.name = name;
  }

  /** Reads a stream to its end. */
  static Output of(String name, InputStream stream) {
    return of(name, stream, Optional.empty(), line -> {});
  }

  /** Reads a stream to its end or so many lines of it, and hands each line on. */
  static Output of(
      String name, InputStream stream, Optional<Integer> lines, Consumer<String> listener) {
    Output output = new Output(name);
    Thread.ofVirtual().start(() -> output.read(stream, lines.orElse(Integer.MAX_VALUE), listener));
    return output;
  }

  private void read(InputStream stream, int lines, Consumer<String> listener) {
    try (var reader = new BufferedReader(new InputStreamReader(stream, StandardCharsets.UTF_8))) {
      int count = 0;
      StringBuilder line = new StringBuilder();
      int character;
      while (count < lines && (character = reader.read()) >= 0) {
        synchronized (text) {
          text.append((char) character);
        }
        if (character == '\n') {
          listener.accept(line.toString());
          line.setLength(0);
          count++;
        } else {
          line.append((char) character);
        }
      }
      end.complete(null);
    } catch (IOException | RuntimeException e) {
      end.completeExceptionally(e);
    }
  }

  /** What was printed. Waits so long for the end of the stream; says so if that did not come. */
  String await(Duration grace, List<String> troubles) throws InterruptedException {
    try {
      end.get(grace.toMillis(), TimeUnit.MILLISECONDS);
    } catch (TimeoutException e) {
      troubles.add(name + " is still open " + grace.toSeconds() + " s after the end");
    } catch (ExecutionException e) {
      troubles.add(name + ": " + e.getCause());
    }
    synchronized (text) {
      return text.toString();
    }
  }
}
