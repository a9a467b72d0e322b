/** A Spring Boot application that computes in Python. */
@NullMarked
package io.polyproc.sample.shop;

import org.jspecify.annotations.NullMarked;
