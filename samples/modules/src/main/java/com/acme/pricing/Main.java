package com.acme.pricing;

import io.polyproc.Polyproc;
import io.polyproc.PythonFunction;
import io.polyproc.PythonPool;
import java.math.BigDecimal;
import java.util.List;

/** Prices articles: in Python, which asks a class of this module for the tax. */
public final class Main {
  private Main() {}

  public static void main(String[] arguments) {
    PythonFunction price = PythonFunction.ofResource(Main.class, "pricing.py", "price");
    try (Polyproc polyproc = Polyproc.start();
        PythonPool pool = polyproc.pool(2)) {
      List<String> articles = List.of("tea", "cup", "kettle");
      List<BigDecimal> prices = pool.map(BigDecimal.class, price, articles);
      for (int i = 0; i < articles.size(); i++) {
        System.out.printf("%-8s%8s%n", articles.get(i), prices.get(i));
      }
    }
  }
}
