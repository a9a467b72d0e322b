/** Python worker processes in Spring Boot applications: a runtime, a pool, health and meters. */
@NullMarked
package io.polyproc.spring;

import org.jspecify.annotations.NullMarked;
