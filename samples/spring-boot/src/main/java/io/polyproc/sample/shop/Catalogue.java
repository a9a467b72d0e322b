package io.polyproc.sample.shop;

import java.math.BigDecimal;
import java.util.Map;
import org.springframework.stereotype.Service;

/** A bean with what would be in a database. */
@Service
class Catalogue implements Prices {
  private final Map<String, BigDecimal> prices =
      Map.of("tea", new BigDecimal("3.20"), "cup", new BigDecimal("7.50"));

  @Override
  public BigDecimal priceOf(String article) {
    BigDecimal price = prices.get(article);
    if (price == null) {
      throw new IllegalArgumentException("there is no article " + article);
    }
    return price;
  }
}
