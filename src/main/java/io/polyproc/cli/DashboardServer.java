package io.polyproc.cli;

import com.sun.net.httpserver.Headers;
import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import io.polyproc.cluster.NodeControl;
import io.polyproc.observation.Json;
import io.polyproc.observation.ProcessRow;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.SecureRandom;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.Callable;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * Serves the page of {@code polyproc dashboard}, on the loopback interface alone.
 *
 * <p>Who opens the address that was printed gets the secret in it as a cookie; nothing is answered
 * without. That a page from elsewhere asks in the user's name is prevented thrice: the cookie is
 * not sent with requests from other sites, requests must name this server as their host (so that no
 * name of another site can be made to mean this machine), and one that names its origin must name
 * this one. There is nothing to be changed: all requests are {@code GET}.
 *
 * <p>Threads: each request has its own; one other, which owns the watch, looks while there is a
 * page to be told, and fetches stacks.
 */
final class DashboardServer implements AutoCloseable {
  private static final String COOKIE = "polyproc";
  private static final int SECRET_BYTES = 24;
  private static final int MAX_WAITING = 4;
  private static final long HEARTBEAT_SECONDS = 15;
  private static final String TEXT = "text/plain; charset=utf-8";

  private static final int OK = 200;
  private static final int SEE_OTHER = 303;
  private static final int BAD_REQUEST = 400;
  private static final int FORBIDDEN = 403;
  private static final int NOT_FOUND = 404;
  private static final int METHOD_NOT_ALLOWED = 405;

  private static final Map<String, String> FILES =
      Map.of(
          "/", "text/html; charset=utf-8 index.html",
          "/style.css", "text/css; charset=utf-8 style.css",
          "/script.js", "text/javascript; charset=utf-8 script.js");

  private final HttpServer server;
  private final String secret;
  private final Watch watch;
  private final ExecutorService requests = Executors.newVirtualThreadPerTaskExecutor();
  private final ScheduledExecutorService looker =
      Executors.newSingleThreadScheduledExecutor(
          Thread.ofPlatform().daemon().name("polyproc-dashboard").factory());
  private final List<BlockingQueue<String>> listeners = new CopyOnWriteArrayList<>();

  private DashboardServer(HttpServer server, Watch watch) {
    this.server = server;
    this.watch = watch;
    byte[] random = new byte[SECRET_BYTES];
    new SecureRandom().nextBytes(random);
    secret = HexFormat.of().formatHex(random);
  }

  /**
   * Begins to serve.
   *
   * @param port 0 for one that is free
   * @param intervalMillis from look to look
   * @param agent of this machine's node, to show all nodes of its cluster; null for this machine
   * @throws IOException if the port is taken, or this user's programs can't be looked at
   */
  static DashboardServer start(int port, long intervalMillis, @Nullable NodeControl agent)
      throws IOException {
    InetAddress loopback = InetAddress.getByAddress("127.0.0.1", new byte[] {127, 0, 0, 1});
    HttpServer server;
    try {
      server = HttpServer.create(new InetSocketAddress(loopback, port), 0);
    } catch (IOException e) {
      throw new IOException("port %d can't be had: %s".formatted(port, e.getMessage()), e);
    }
    DashboardServer dashboard = new DashboardServer(server, new Watch(agent));
    server.createContext("/", dashboard::serve);
    server.setExecutor(dashboard.requests);
    server.start();
    var _ =
        dashboard.looker.scheduleWithFixedDelay(
            dashboard::tell, 0, intervalMillis, TimeUnit.MILLISECONDS);
    return dashboard;
  }

  /** What to open, with the secret. */
  String address() {
    return "http://%s/?secret=%s".formatted(host(), secret);
  }

  private String host() {
    return "127.0.0.1:" + server.getAddress().getPort();
  }

  private void serve(HttpExchange exchange) throws IOException {
    try (exchange) {
      protect(exchange.getResponseHeaders());
      if (!isOfThisPage(exchange.getRequestHeaders())) {
        answer(exchange, FORBIDDEN, TEXT, "This page is for this machine only.\n");
        return;
      }
      if (!exchange.getRequestMethod().equals("GET")) {
        answer(exchange, METHOD_NOT_ALLOWED, TEXT, "There is nothing to be changed.\n");
        return;
      }
      String path = exchange.getRequestURI().getPath();
      Map<String, String> query = query(exchange.getRequestURI().getRawQuery());
      if (path.equals("/") && isSecret(query.getOrDefault("secret", ""))) {
        exchange
            .getResponseHeaders()
            .set("Set-Cookie", COOKIE + "=" + secret + "; HttpOnly; SameSite=Strict; Path=/");
        exchange.getResponseHeaders().set("Location", "/");
        answer(exchange, SEE_OTHER, TEXT, "");
        return;
      }
      if (!isSecret(cookie(exchange.getRequestHeaders()))) {
        answer(
            exchange,
            FORBIDDEN,
            TEXT,
            "Open the address that `polyproc dashboard` has printed: it has a secret in it.\n");
        return;
      }
      answer(exchange, path, query);
    }
  }

  private void answer(HttpExchange exchange, String path, Map<String, String> query)
      throws IOException {
    switch (path) {
      case "/", "/style.css", "/script.js" -> file(exchange, FILES.getOrDefault(path, ""));
      case "/events" -> events(exchange);
      case "/stack" -> ofProcess(exchange, query, TEXT, watch::stack);
      case "/logs" -> ofProcess(exchange, query, TEXT, watch::logs);
      case "/why" -> ofProcess(exchange, query, TEXT, pid -> watch.waits(pid).text());
      case "/waits" ->
          ofProcess(exchange, query, "application/json", pid -> watch.waits(pid).json());
      default -> answer(exchange, NOT_FOUND, TEXT, "There is no such page.\n");
    }
  }

  private static void protect(Headers headers) {
    headers.set(
        "Content-Security-Policy",
        "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; img-src data:;"
            + " base-uri 'none'; form-action 'none'; frame-ancestors 'none'");
    headers.set("X-Content-Type-Options", "nosniff");
    headers.set("Referrer-Policy", "no-referrer");
    headers.set("Cross-Origin-Resource-Policy", "same-origin");
    headers.set("Cache-Control", "no-store");
  }

  private boolean isOfThisPage(Headers headers) {
    String host = headers.getFirst("Host");
    String origin = headers.getFirst("Origin");
    Set<String> hosts = Set.of(host(), "localhost:" + server.getAddress().getPort());
    return host != null
        && hosts.contains(host)
        && (origin == null || origin.equals("http://" + host));
  }

  private boolean isSecret(String given) {
    return MessageDigest.isEqual(
        given.getBytes(StandardCharsets.UTF_8), secret.getBytes(StandardCharsets.UTF_8));
  }

  private static String cookie(Headers headers) {
    for (String header : headers.getOrDefault("Cookie", List.of())) {
      for (String cookie : header.split(";", -1)) {
        String[] pair = cookie.strip().split("=", 2);
        if (pair.length == 2 && pair[0].equals(COOKIE)) {
          return pair[1];
        }
      }
    }
    return "";
  }

  private static Map<String, String> query(@Nullable String query) {
    Map<String, String> found = new LinkedHashMap<>();
    if (query != null) {
      for (String part : query.split("&", -1)) {
        String[] pair = part.split("=", 2);
        found.put(pair[0], pair.length == 2 ? pair[1] : "");
      }
    }
    return found;
  }

  private static void answer(HttpExchange exchange, int status, String type, String text)
      throws IOException {
    byte[] body = text.getBytes(StandardCharsets.UTF_8);
    exchange.getResponseHeaders().set("Content-Type", type);
    if (body.length == 0) {
      exchange.sendResponseHeaders(status, -1);
    } else {
      exchange.sendResponseHeaders(status, body.length);
      exchange.getResponseBody().write(body);
    }
  }

  private static void file(HttpExchange exchange, String typeAndName) throws IOException {
    int space = typeAndName.lastIndexOf(' ');
    String name = "dashboard/" + typeAndName.substring(space + 1);
    try (InputStream resource = DashboardServer.class.getResourceAsStream(name)) {
      if (resource == null) {
        throw new IOException("the resource " + name + " is missing");
      }
      answer(
          exchange,
          OK,
          typeAndName.substring(0, space),
          new String(resource.readAllBytes(), StandardCharsets.UTF_8));
    }
  }

  /** What is asked of the thread that owns the watch. */
  @FunctionalInterface
  private interface Question {
    String ask(int pid) throws IOException;
  }

  private void ofProcess(
      HttpExchange exchange, Map<String, String> query, String type, Question question)
      throws IOException {
    int pid;
    try {
      pid = Integer.parseInt(query.getOrDefault("pid", ""));
    } catch (NumberFormatException e) {
      answer(exchange, BAD_REQUEST, TEXT, "The number of a process is missing: ?pid=…\n");
      return;
    }
    Callable<String> task = () -> question.ask(pid);
    Future<String> asked = looker.submit(task);
    try {
      answer(exchange, OK, type, asked.get());
    } catch (ExecutionException e) {
      Throwable cause = e.getCause() == null ? e : e.getCause();
      answer(exchange, NOT_FOUND, TEXT, cause.getMessage() + "\n");
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  /** Tells a page of each look, until it goes. */
  private void events(HttpExchange exchange) throws IOException {
    BlockingQueue<String> news = new LinkedBlockingQueue<>();
    exchange.getResponseHeaders().set("Content-Type", "text/event-stream; charset=utf-8");
    exchange.sendResponseHeaders(OK, 0);
    listeners.add(news);
    looker.execute(this::tell);
    try (OutputStream out = exchange.getResponseBody()) {
      while (true) {
        String data = news.poll(HEARTBEAT_SECONDS, TimeUnit.SECONDS);
        String event = data == null ? ":\n\n" : "data: " + data + "\n\n";
        out.write(event.getBytes(StandardCharsets.UTF_8));
        out.flush();
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    } finally {
      listeners.remove(news);
    }
  }

  private void tell() {
    if (listeners.isEmpty()) {
      return; // no page is open, so nothing is looked at
    }
    try {
      List<@Nullable Object> rows = new ArrayList<>();
      for (ProcessRow row : watch.look()) {
        Map<String, @Nullable Object> facts = row.json();
        facts.put("depth", row.depth());
        rows.add(facts);
      }
      String data = Json.write(Map.of("processes", rows));
      for (BlockingQueue<String> listener : listeners) {
        if (listener.size() < MAX_WAITING) { // else its page does not read, and will get the next
          listener.add(data);
        }
      }
    } catch (RuntimeException e) {
      System.err.println("polyproc dashboard: a look failed: " + e);
    }
  }

  @Override
  public void close() {
    server.stop(0);
    requests.shutdownNow();
    looker.shutdownNow();
    watch.close();
  }
}
