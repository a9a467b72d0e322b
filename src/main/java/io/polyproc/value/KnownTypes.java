package io.polyproc.value;

import io.polyproc.PythonComplex;
import io.polyproc.PythonFunction;
import io.polyproc.PythonObject;
import io.polyproc.PythonTuple;
import io.polyproc.pickle.PickleException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The Python classes and functions that may occur in a pickle and have a counterpart in Java, by
 * name: those of containers and of the shim here, others in the {@link ValueCodec} of their module.
 * The rest becomes a {@link PythonObject}.
 *
 * <p>Safe for any thread, as {@link SharedObjectFactory} is.
 */
public final class KnownTypes {
  private @Nullable SharedObjectFactory sharing;

  /** From now on queues, locks and the like are rebuilt; called before another thread has this. */
  public void rebuildBy(SharedObjectFactory shared) {
    sharing = shared;
  }

  /** What a call of a function, or class, gives. */
  @Nullable Object call(Object callable, PythonTuple arguments) {
    if (!(callable instanceof PythonFunction function)
        || !ApiAccess.get().parts(function).isOfModule()) {
      throw new PickleException("a call of " + callable);
    }
    return call(new PythonCall(function, arguments, true));
  }

  /** What {@code cls.__new__(cls, *arguments)} gives. */
  @Nullable Object make(Object type, PythonTuple arguments) {
    return call(new PythonCall((PythonFunction) type, arguments, false));
  }

  private @Nullable Object call(PythonCall call) {
    String module = call.module();
    ValueCodec codec = ValueCodecs.ofModule(module);
    if (codec != null) {
      return codec.read(call);
    }
    return switch (module) {
      case "builtins", "__builtin__" -> ofBuiltins(call);
      case "collections", "_collections" -> ofCollections(call);
      case "copyreg", "copy_reg" -> ofCopyreg(call);
      case "_codecs" -> latin1(call.first());
      case ValueWriter.SHIM -> ofShim(call);
      default -> shared(call);
    };
  }

  private @Nullable Object shared(PythonCall call) {
    Object made = sharing == null ? null : sharing.call(call.function(), call.arguments());
    return made == null ? call.unknown() : made;
  }

  private static @Nullable Object ofBuiltins(PythonCall call) {
    return switch (call.name()) {
      case "complex" -> new PythonComplex(call.number(0), call.number(1));
      case "set", "frozenset" -> new LinkedHashSet<>(call.elements());
      case "list" -> new ArrayList<>(call.elements());
      case "tuple" -> PythonTuple.copyOf(call.elements());
      case "dict" -> dict(call);
      case "bytearray", "bytes" -> bytes(call);
      case "getattr" -> attribute(call);
      default ->
          ExceptionCodec.isException(call.name()) ? ExceptionCodec.ofBuiltin(call) : call.unknown();
    };
  }

  private static Map<?, ?> dict(PythonCall call) {
    return call.size() == 0 ? new LinkedHashMap<>() : new LinkedHashMap<>((Map<?, ?>) call.first());
  }

  /** How a class or function inside another one, or a method of a class, is named. */
  private static Object attribute(PythonCall call) {
    if (call.first() instanceof PythonFunction owner && call.argument(1) instanceof String name) {
      return PythonFunction.of(ApiAccess.get().parts(owner).where(), owner.name() + "." + name);
    }
    throw new PickleException("the attribute '" + call.argument(1) + "' of an object");
  }

  private static Object bytes(PythonCall call) {
    if (call.size() == 0) {
      return new byte[0];
    }
    return switch (call.first()) {
      case byte[] data -> data;
      case String text when call.size() > 1 -> latin1(text);
      default -> throw new PickleException("bytes of " + call.first());
    };
  }

  private static byte[] latin1(Object text) {
    return ((String) text).getBytes(StandardCharsets.ISO_8859_1);
  }

  private static Object ofCollections(PythonCall call) {
    return switch (call.name()) {
      case "OrderedDict", "Counter" -> dict(call);
      case "defaultdict" -> new LinkedHashMap<>();
      case "deque" -> new ArrayList<>(call.elements());
      default -> call.unknown();
    };
  }

  private @Nullable Object ofCopyreg(PythonCall call) {
    if (call.name().equals("__newobj__") && call.first() instanceof PythonFunction type) {
      PythonTuple rest = PythonTuple.copyOf(call.arguments().subList(1, call.size()));
      return call(new PythonCall(type, rest, false));
    }
    if (call.name().equals("_reconstructor") && call.first() instanceof PythonFunction type) {
      return new PythonCall(type, PythonTuple.of(), false).unknown();
    }
    return call.unknown();
  }

  private @Nullable Object ofShim(PythonCall call) {
    return switch (call.name()) {
      case "member" -> EnumCodec.ofMember(call);
      case "constant" -> EnumCodec.ofConstant(call);
      case "record" -> RecordCodec.ofRecord(call);
      case "exception" -> ExceptionCodec.ofProgram(call);
      case "function" -> FunctionCodec.ofSpecification(call);
      case "partial" -> FunctionCodec.ofPartial(call);
      case "loads" -> ValueReader.read(latin1(call.first()), this, "value");
      default -> shared(call);
    };
  }

  /** What {@code __setstate__}, or the setting of all attributes, makes of an object. */
  Object build(Object target, @Nullable Object state) {
    if (!(target instanceof PythonObject object)) {
      // Such as the notes of an exception, for which Java's has no place.
      return target;
    }
    if (object.className().equals("uuid.UUID") && state instanceof Map<?, ?> attributes) {
      return UuidCodec.ofAttributes(attributes);
    }
    if (sharing != null) {
      Object shared = sharing.build(object, state);
      if (shared != null) {
        return shared;
      }
    }
    ApiAccess.get().parts(object).setState(state);
    return object;
  }
}
