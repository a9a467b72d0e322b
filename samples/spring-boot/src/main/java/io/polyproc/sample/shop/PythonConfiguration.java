package io.polyproc.sample.shop;

import io.polyproc.JavaCallback;
import io.polyproc.Polyproc;
import io.polyproc.PythonPool;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;

/** The module of Python as a bean, and a bean that Python may call. */
@Configuration(proxyBeanMethods = false)
class PythonConfiguration {
  @Bean
  Orders orders(PythonPool pool) {
    return pool.proxy(Orders.class, "orders");
  }

  @Bean
  JavaCallback<Prices> prices(Polyproc polyproc, Catalogue catalogue) {
    return polyproc.callback(Prices.class, catalogue);
  }
}
