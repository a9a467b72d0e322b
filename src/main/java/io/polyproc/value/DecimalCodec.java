package io.polyproc.value;

import io.polyproc.PythonComplex;
import java.io.IOException;
import java.math.BigDecimal;
import java.util.List;

/** {@link BigDecimal} and {@code decimal.Decimal}; a {@link PythonComplex} is written here, too. */
final class DecimalCodec implements ValueCodec {

  @Override
  public boolean writes(Class<?> type) {
    return BigDecimal.class.isAssignableFrom(type) || type == PythonComplex.class;
  }

  @Override
  public void write(Object value, ValueWriter writer) throws IOException {
    if (value instanceof PythonComplex complex) {
      writer.call("builtins", "complex", complex.real(), complex.imaginary());
    } else {
      writer.call("decimal", "Decimal", value.toString());
    }
  }

  @Override
  public List<String> modules() {
    return List.of("decimal", "_decimal", "_pydecimal");
  }

  @Override
  public Object read(PythonCall call) {
    if (!call.name().equals("Decimal")) {
      return call.unknown();
    }
    try {
      return new BigDecimal(String.valueOf(call.first()));
    } catch (NumberFormatException e) {
      // NaN or Infinity, which a BigDecimal can't be.
      return new PythonCall(call.function(), call.arguments(), true).unknown();
    }
  }
}
