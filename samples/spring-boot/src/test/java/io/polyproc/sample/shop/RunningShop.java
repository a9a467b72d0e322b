package io.polyproc.sample.shop;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** The application in a process of its own, and what asks it over HTTP. */
record RunningShop(Process process, int port) implements AutoCloseable {
  static final HttpClient CLIENT = HttpClient.newHttpClient();

  private static final Pattern STARTED = Pattern.compile("Tomcat started on port (\\d+)");

  /**
   * Starts it, on any port, and waits until it serves.
   *
   * @param command starts the application; an option of Spring is added
   */
  static RunningShop start(ProcessBuilder command) throws IOException {
    List<String> all = new ArrayList<>(command.command());
    all.add("--server.port=0");
    Process process = command.command(all).redirectErrorStream(true).start();
    BufferedReader output =
        new BufferedReader(new InputStreamReader(process.getInputStream(), StandardCharsets.UTF_8));
    List<String> lines = new ArrayList<>();
    for (String line = output.readLine(); line != null; line = output.readLine()) {
      System.out.println(line);
      lines.add(line);
      Matcher started = STARTED.matcher(line);
      if (started.find()) {
        Thread.ofVirtual().start(() -> show(output));
        return new RunningShop(process, Integer.parseInt(started.group(1)));
      }
    }
    throw new AssertionError("the application has ended: " + String.join("\n", lines));
  }

  private static void show(BufferedReader output) {
    try {
      for (String line = output.readLine(); line != null; line = output.readLine()) {
        System.out.println(line);
      }
    } catch (IOException e) {
      // The process was killed: there is no more.
    }
  }

  HttpRequest request(String path) {
    return HttpRequest.newBuilder(URI.create("http://localhost:" + port + path))
        .timeout(Duration.ofMinutes(10))
        .build();
  }

  HttpResponse<String> get(String path) throws IOException, InterruptedException {
    return CLIENT.send(request(path), HttpResponse.BodyHandlers.ofString());
  }

  CompletableFuture<HttpResponse<String>> ask(String path) {
    return CLIENT.sendAsync(request(path), HttpResponse.BodyHandlers.ofString());
  }

  @Override
  public void close() {
    process.destroyForcibly();
  }
}
