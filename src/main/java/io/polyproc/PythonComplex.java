package io.polyproc;

/**
 * Python's {@code complex}.
 *
 * <pre>{@code
 * PythonComplex root = pool.submit(PythonComplex.class, PythonFunction.of("cmath", "sqrt"), -1).join();
 * }</pre>
 *
 * @param real the real part
 * @param imaginary the imaginary part
 */
public record PythonComplex(double real, double imaginary) {}
