package com.acme.pricing;

import java.math.BigDecimal;
import java.math.RoundingMode;

/** What Python finds by {@code java.type("com.acme.pricing.Tax")}. */
public final class Tax {
  private static final BigDecimal RATE = new BigDecimal("1.19");

  private Tax() {}

  /** A price with its tax. */
  public static String gross(String net) {
    return new BigDecimal(net).multiply(RATE).setScale(2, RoundingMode.HALF_UP).toString();
  }
}
