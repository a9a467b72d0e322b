package io.polyproc.sample.shop;

import java.math.BigDecimal;

/** What Python asks the application. */
public interface Prices {
  BigDecimal priceOf(String article);
}
