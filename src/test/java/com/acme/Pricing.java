package com.acme;

import org.jspecify.annotations.NullMarked;

/**
 * A class of an application, for Python in its workers. Not in a package of {@code io.polyproc}: in
 * a worker these belong to its module, which the class path can't add to.
 */
@NullMarked
public final class Pricing {
  private Pricing() {}

  public static String price(String what) {
    return what + " costs " + what.length();
  }
}
