package io.polyproc.sample.shop;

import io.polyproc.JavaCallback;
import io.polyproc.PythonException;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.math.BigDecimal;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.RejectedExecutionException;
import java.util.stream.Stream;
import org.springframework.http.HttpStatus;
import org.springframework.http.MediaType;
import org.springframework.http.ResponseEntity;
import org.springframework.web.bind.annotation.ExceptionHandler;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.RequestParam;
import org.springframework.web.bind.annotation.ResponseStatus;
import org.springframework.web.bind.annotation.RestController;
import org.springframework.web.servlet.mvc.method.annotation.StreamingResponseBody;

/** What browsers ask; no thread waits for Python but where the response is a stream. */
@RestController
class ShopController {
  private final Orders orders;
  private final JavaCallback<Prices> prices;

  ShopController(Orders orders, JavaCallback<Prices> prices) {
    this.orders = orders;
    this.prices = prices;
  }

  /** Python adds up what the catalogue, a bean, says. */
  @GetMapping("/total")
  CompletableFuture<BigDecimal> total(@RequestParam List<String> articles) {
    return orders.total(articles, prices);
  }

  /** A line for each element that the generator yields, as soon as there is one. */
  @GetMapping("/offers")
  ResponseEntity<StreamingResponseBody> offers(
      @RequestParam int count, @RequestParam double pause, HttpServletResponse response) {
    return ResponseEntity.ok()
        .contentType(MediaType.TEXT_PLAIN)
        .body(
            out -> {
              try (Stream<Orders.Offer> offers = orders.offers(count, pause)) {
                offers.forEach(
                    offer -> {
                      try {
                        out.write((offer.text() + "\n").getBytes(StandardCharsets.UTF_8));
                        response.flushBuffer(); // Spring ignores out.flush()
                      } catch (IOException e) {
                        throw new UncheckedIOException(e); // the browser has gone
                      }
                    });
              } catch (UncheckedIOException e) {
                throw e.getCause();
              }
            });
  }

  @GetMapping("/ship")
  CompletableFuture<String> ship(@RequestParam double seconds) {
    return orders.ship(seconds);
  }

  @ExceptionHandler(PythonException.class)
  @ResponseStatus(HttpStatus.BAD_REQUEST)
  String refused(PythonException e) {
    return e.message();
  }

  @ExceptionHandler(RejectedExecutionException.class)
  @ResponseStatus(HttpStatus.SERVICE_UNAVAILABLE)
  String busy(RejectedExecutionException e) {
    return "too much to do: " + e.getMessage();
  }
}
