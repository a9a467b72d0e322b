package io.polyproc.value;

import io.polyproc.PythonFunction;
import io.polyproc.PythonTuple;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Map;
import java.util.Objects;

/** {@link PythonFunction}: a function of Python's, with arguments that it has already. */
final class FunctionCodec implements ValueCodec {

  @Override
  public boolean writes(Class<?> type) {
    return type == PythonFunction.class;
  }

  @Override
  public void write(Object value, ValueWriter writer) throws IOException {
    PythonFunction function = (PythonFunction) value;
    FunctionParts parts = ApiAccess.get().parts(function);
    if (parts.hasArguments()) {
      PythonFunction unbound = ApiAccess.get().function(parts.unbound());
      writer.build("partial", unbound, parts.bound(), parts.keywords());
    } else if (parts.isOfModule()) {
      writer.global(parts.where(), parts.name());
    } else {
      writer.build("function", parts.specification());
    }
  }

  /** A function with arguments that it has already. */
  static PythonFunction ofPartial(PythonCall call) {
    PythonFunction function =
        ((PythonFunction) call.first())
            .bind(((PythonTuple) Objects.requireNonNull(call.argument(1))).toArray());
    for (Map.Entry<?, ?> keyword :
        ((Map<?, ?>) Objects.requireNonNull(call.argument(2))).entrySet()) {
      function = function.keyword(String.valueOf(keyword.getKey()), keyword.getValue());
    }
    return function;
  }

  /** A function by how it is found: in a module, a file or a source text. */
  static PythonFunction ofSpecification(PythonCall call) {
    PythonTuple specification = (PythonTuple) call.first();
    String where = String.valueOf(specification.get(1));
    String name = String.valueOf(specification.get(2));
    return switch (String.valueOf(specification.get(0))) {
      case "file" -> PythonFunction.ofFile(Path.of(where), name);
      case "source" -> PythonFunction.ofSource(where, name);
      default -> PythonFunction.of(where, name);
    };
  }
}
