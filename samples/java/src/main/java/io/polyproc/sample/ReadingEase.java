package io.polyproc.sample;

import io.polyproc.Polyproc;
import io.polyproc.PythonFunction;
import io.polyproc.PythonPool;
import io.polyproc.PythonQueue;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.stream.Stream;

/**
 * Reads a folder of texts, lets Python tasks score them in parallel, and adds up what comes out of a
 * queue meanwhile.
 */
public final class ReadingEase {
  /** What a task gets; in Python a dataclass. */
  public record Document(String name, String text) {}

  /** What a task puts into the queue; in Python a dict. */
  public record Score(String document, int paragraph, int words, double ease) {}

  private static final int WORKERS = Runtime.getRuntime().availableProcessors();

  private ReadingEase() {}

  public static void main(String[] arguments) throws IOException, InterruptedException {
    List<Document> corpus = read(Path.of(arguments[0]));
    PythonFunction score = PythonFunction.ofFile(Path.of("src/main/python/scoring.py"), "score");
    try (Polyproc polyproc = Polyproc.start();
        PythonPool pool = polyproc.pool(WORKERS)) {
      PythonQueue queue = polyproc.queue();
      List<CompletableFuture<Integer>> tasks =
          corpus.stream()
              .map(document -> pool.submit(Integer.class, score, document, queue))
              .toList();
      Map<String, Summary> summaries = aggregate(queue, tasks);
      System.out.printf("%n%n%-14s %10s %8s %6s%n", "text", "paragraphs", "words", "ease");
      summaries.forEach(
          (name, it) ->
              System.out.printf(
                  "%-14s %10d %8d %6.1f%n", name, it.paragraphs, it.words, it.ease()));
    }
  }

  private static List<Document> read(Path folder) throws IOException {
    try (Stream<Path> files = Files.list(folder)) {
      return files
          .filter(file -> file.toString().endsWith(".txt"))
          .sorted(Comparator.naturalOrder())
          .map(ReadingEase::readOne)
          .toList();
    }
  }

  private static Document readOne(Path file) {
    try {
      return new Document(
          file.getFileName().toString().replace(".txt", ""), Files.readString(file));
    } catch (IOException e) {
      throw new java.io.UncheckedIOException(e);
    }
  }

  /** Takes scores until all tasks have ended and the queue is empty, and shows how far it is. */
  private static Map<String, Summary> aggregate(
      PythonQueue queue, List<CompletableFuture<Integer>> tasks) throws InterruptedException {
    Map<String, Summary> summaries = new TreeMap<>();
    long taken = 0;
    String shown = "";
    while (true) {
      Optional<Score> next = queue.poll(Score.class, Duration.ofMillis(100));
      if (next.isPresent()) {
        Score score = next.get();
        summaries.computeIfAbsent(score.document(), _ -> new Summary()).add(score);
        taken++;
      }
      long ended = tasks.stream().filter(CompletableFuture::isDone).count();
      String progress = "%d paragraphs scored, %d of %d texts".formatted(taken, ended, tasks.size());
      if (!progress.equals(shown)) {
        System.out.print("\r" + progress);
        System.out.flush();
        shown = progress;
      }
      if (ended == tasks.size()) {
        long expected = tasks.stream().mapToLong(CompletableFuture::join).sum();
        if (taken == expected) {
          return summaries;
        }
      }
    }
  }

  private static final class Summary {
    private int paragraphs;
    private long words;
    private double weighted;

    void add(Score score) {
      paragraphs++;
      words += score.words();
      weighted += score.words() * score.ease();
    }

    double ease() {
      return weighted / words;
    }
  }
}
