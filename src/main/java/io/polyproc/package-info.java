/**
 * Python's {@code multiprocessing} for Java programs: worker JVMs that run Python functions, and
 * the queues, pipes, locks, memory and managers that Java and Python processes share.
 *
 * <pre>{@code
 * try (Polyproc polyproc = Polyproc.start();
 *     PythonPool pool = polyproc.pool(4)) {
 *   PythonFunction sqrt = PythonFunction.of("math", "sqrt");
 *   System.out.println(pool.map(Double.class, sqrt, List.of(1, 4, 9)));   // [1.0, 2.0, 3.0]
 * }
 * }</pre>
 *
 * <p>How values are converted is written in {@code docs/embedding.md}.
 */
@NullMarked
package io.polyproc;

import org.jspecify.annotations.NullMarked;
