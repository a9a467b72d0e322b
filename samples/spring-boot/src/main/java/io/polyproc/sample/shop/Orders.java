package io.polyproc.sample.shop;

import io.polyproc.JavaCallback;
import java.math.BigDecimal;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.stream.Stream;

/** The module {@code orders} of Python. */
public interface Orders {
  CompletableFuture<BigDecimal> total(List<String> articles, JavaCallback<Prices> prices);

  Stream<Offer> offers(int count, double pause);

  CompletableFuture<String> ship(double seconds);

  /** What a dict of Python is here. */
  record Offer(int number, String text) {}
}
