package io.polyproc.bridge;

import java.lang.invoke.MethodHandle;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.MethodType;
import java.util.Arrays;
import org.graalvm.polyglot.Value;
import org.jspecify.annotations.Nullable;

/**
 * Makes Python's objects of Java's, and looks into them, as GraalPy's public interface can't: there
 * a {@code byte[]} is a foreign object, and to tell a list from a tuple, or to read one's items,
 * costs more than to read the same bytes from a pipe. It goes through GraalPy's own classes ({@code
 * --add-exports} in {@code lib/jvm.options}), by reflection, as a Java program need not have them
 * exported.
 *
 * <p>Any thread in which Python runs may call. A caller that looks into what other threads can
 * change {@linkplain #tryLock holds} the GIL meanwhile.
 */
@SuppressWarnings("ReferenceEquality") // what is compared are GraalPy's constants
final class PythonObjects {
  private static final boolean AVAILABLE = areFound();

  private PythonObjects() {}

  /** Whether this GraalPy has the classes that are known here. */
  static boolean areAvailable() {
    return AVAILABLE;
  }

  private static boolean areFound() {
    try {
      return GraalPy.NONE != null;
    } catch (LinkageError e) {
      // Something is not as it was, or not exported: the standard library's way has to do.
      return false;
    }
  }

  private static IllegalStateException failed(Throwable e) {
    return new IllegalStateException("GraalPy's objects are not as they were", e);
  }

  /** {@code bytes} that take the array over. */
  static Object bytes(byte[] content) {
    try {
      return GraalPy.NEW_BYTES.invokeExact(content);
    } catch (Throwable e) {
      throw failed(e);
    }
  }

  /** A list that takes the array over. */
  static Object list(Object[] items) {
    try {
      return GraalPy.NEW_LIST.invokeExact(items);
    } catch (Throwable e) {
      throw failed(e);
    }
  }

  /** A tuple that takes the array over. */
  static Object tuple(Object[] items) {
    try {
      return GraalPy.NEW_TUPLE.invokeExact(items);
    } catch (Throwable e) {
      throw failed(e);
    }
  }

  /** An empty dictionary. */
  static Object dict() {
    try {
      return GraalPy.NEW_DICT.invokeExact();
    } catch (Throwable e) {
      throw failed(e);
    }
  }

  /** A {@code str}. */
  static Object text(String text) {
    try {
      return GraalPy.NEW_TEXT.invokeExact(text);
    } catch (Throwable e) {
      throw failed(e);
    }
  }

  /** {@code None}. */
  static Object none() {
    return GraalPy.NONE;
  }

  /** {@code NotImplemented}: what is asked for is to be had in another way. */
  static Object notImplemented() {
    return GraalPy.NOT_IMPLEMENTED;
  }

  /**
   * What Python has for a value: a number or {@code Boolean} of Java's, or an object of GraalPy's.
   */
  static Object of(Value value) {
    try {
      return GraalPy.RECEIVER.invokeExact(value);
    } catch (Throwable e) {
      throw failed(e);
    }
  }

  /** Whether it is a {@code str}, and its text if so; it may have halves of surrogate pairs. */
  static @Nullable String asText(Object object) {
    try {
      return object.getClass() == GraalPy.TEXT
          ? (String) GraalPy.AS_STRING.invokeExact(object)
          : null;
    } catch (Throwable e) {
      throw failed(e);
    }
  }

  static boolean isNone(Object object) {
    return object == GraalPy.NONE;
  }

  static boolean isBytes(Object object) {
    return isExactly(object, GraalPy.BYTES);
  }

  static boolean isList(Object object) {
    return isExactly(object, GraalPy.LIST);
  }

  static boolean isTuple(Object object) {
    return isExactly(object, GraalPy.TUPLE);
  }

  static boolean isEmptyDict(Object object) {
    try {
      return isExactly(object, GraalPy.DICT) && (int) GraalPy.DICT_SIZE.invokeExact(object) == 0;
    } catch (Throwable e) {
      throw failed(e);
    }
  }

  /** Whether it is of a built-in class, and none derived from it. */
  private static boolean isExactly(Object object, PythonClass type) {
    try {
      return object.getClass() == type.java
          && (Object) GraalPy.PYTHON_CLASS.invokeExact(object) == type.python;
    } catch (Throwable e) {
      throw failed(e);
    }
  }

  /** The memory behind {@code bytes}, not to be changed; null if it is not in the heap. */
  static byte @Nullable [] content(Object bytes) {
    try {
      Object storage = GraalPy.STORAGE.invokeExact(bytes);
      if (storage.getClass() != GraalPy.BYTE_STORAGE) {
        return null;
      }
      byte[] array = (byte[]) GraalPy.BYTE_ARRAY.invokeExact(storage);
      int length = (int) GraalPy.LENGTH.invokeExact(storage);
      return array.length == length ? array : Arrays.copyOf(array, length);
    } catch (Throwable e) {
      throw failed(e);
    }
  }

  /** What holds the items of a list or tuple. */
  static Object items(Object sequence) {
    try {
      return GraalPy.STORAGE.invokeExact(sequence);
    } catch (Throwable e) {
      throw failed(e);
    }
  }

  static int size(Object items) {
    try {
      return (int) GraalPy.LENGTH.invokeExact(items);
    } catch (Throwable e) {
      throw failed(e);
    }
  }

  static Object item(Object items, int index) {
    try {
      return GraalPy.ITEM.invokeExact(items, index);
    } catch (Throwable e) {
      throw failed(e);
    }
  }

  /**
   * Takes the GIL, which a call of Java is made without, unless another thread has it: to wait for
   * it takes long where another thread computes.
   *
   * @return whether it is to be given back, by {@link #unlock}
   */
  static boolean tryLock() {
    try {
      return (boolean) GraalPy.TRY_LOCK.invokeExact();
    } catch (Throwable e) {
      throw failed(e);
    }
  }

  static void unlock() {
    try {
      GraalPy.UNLOCK.invokeExact();
    } catch (Throwable e) {
      throw failed(e);
    }
  }

  /** A built-in class: GraalPy's class for its objects, and what those have as their class. */
  private record PythonClass(Class<?> java, Object python) {}

  /** What is known of GraalPy: constants, so that a call through a handle is one. */
  private static final class GraalPy {
    private static final String PYTHON = "com.oracle.graal.python.";
    private static final String OBJECTS = PYTHON + "builtins.objects.";
    private static final String STORAGES = PYTHON + "runtime.sequence.storage.";

    static final MethodHandle NEW_BYTES;
    static final MethodHandle NEW_LIST;
    static final MethodHandle NEW_TUPLE;
    static final MethodHandle NEW_DICT;
    static final MethodHandle NEW_TEXT;
    static final Object NONE;
    static final Object NOT_IMPLEMENTED;
    static final MethodHandle RECEIVER;
    static final Class<?> TEXT;
    static final MethodHandle AS_STRING;
    static final PythonClass BYTES;
    static final PythonClass LIST;
    static final PythonClass TUPLE;
    static final PythonClass DICT;
    static final MethodHandle PYTHON_CLASS;
    static final MethodHandle DICT_SIZE;
    static final MethodHandle STORAGE;
    static final Class<?> BYTE_STORAGE;
    static final MethodHandle BYTE_ARRAY;
    static final MethodHandle LENGTH;
    static final MethodHandle ITEM;
    static final MethodHandle TRY_LOCK;
    static final MethodHandle UNLOCK;

    static {
      try {
        Module own = PythonObjects.class.getModule();
        Class<?> language = Class.forName(PYTHON + "PythonLanguage");
        own.addReads(language.getModule());
        Class<?> node = Class.forName("com.oracle.truffle.api.nodes.Node");
        own.addReads(node.getModule());
        MethodHandles.Lookup lookup = MethodHandles.lookup();
        MethodHandle current =
            MethodHandles.insertArguments(
                lookup.findStatic(language, "get", MethodType.methodType(language, node)),
                0,
                (Object) null);

        BYTES = builtin("bytes.PBytes");
        LIST = builtin("list.PList");
        TUPLE = builtin("tuple.PTuple");
        DICT = builtin("dict.PDict");
        Class<?> factory = Class.forName(PYTHON + "runtime.object.PFactory");
        NEW_BYTES = creator(lookup, factory, "createBytes", BYTES, current, byte[].class);
        NEW_LIST = creator(lookup, factory, "createList", LIST, current, Object[].class);
        NEW_TUPLE = creator(lookup, factory, "createTuple", TUPLE, current, Object[].class);
        NEW_DICT = creator(lookup, factory, "createDict", DICT, current);

        TEXT = Class.forName("com.oracle.truffle.api.strings.TruffleString");
        Class<?> encoding = Class.forName(TEXT.getName() + "$Encoding");
        NEW_TEXT =
            MethodHandles.insertArguments(
                    lookup.findStatic(
                        TEXT,
                        "fromJavaStringUncached",
                        MethodType.methodType(TEXT, String.class, encoding)),
                    1,
                    encoding.getField("UTF_32").get(null))
                .asType(MethodType.methodType(Object.class, String.class));
        AS_STRING =
            lookup
                .findVirtual(TEXT, "toJavaStringUncached", MethodType.methodType(String.class))
                .asType(MethodType.methodType(String.class, Object.class));

        NONE = constant(OBJECTS + "PNone", "NONE");
        NOT_IMPLEMENTED = constant(OBJECTS + "PNotImplemented", "NOT_IMPLEMENTED");
        Class<?> value = Value.class.getSuperclass();
        RECEIVER =
            MethodHandles.privateLookupIn(value, lookup)
                .findGetter(value, "receiver", Object.class)
                .asType(MethodType.methodType(Object.class, Value.class));
        PYTHON_CLASS =
            lookup
                .findVirtual(
                    Class.forName(OBJECTS + "object.PythonObject"),
                    "getInitialPythonClass",
                    MethodType.methodType(Object.class))
                .asType(MethodType.methodType(Object.class, Object.class));

        Class<?> hashing = Class.forName(OBJECTS + "common.HashingStorage");
        MethodHandle dictStorage =
            lookup.findVirtual(
                Class.forName(OBJECTS + "common.PHashingCollection"),
                "getDictStorage",
                MethodType.methodType(hashing));
        MethodHandle size =
            lookup.findStatic(
                Class.forName(OBJECTS + "common.HashingStorageNodes$HashingStorageLen"),
                "executeUncached",
                MethodType.methodType(int.class, hashing));
        DICT_SIZE =
            MethodHandles.filterArguments(size, 0, dictStorage)
                .asType(MethodType.methodType(int.class, Object.class));

        Class<?> sequenceStorage = Class.forName(STORAGES + "SequenceStorage");
        STORAGE =
            lookup
                .findVirtual(
                    Class.forName(PYTHON + "runtime.sequence.PSequence"),
                    "getSequenceStorage",
                    MethodType.methodType(sequenceStorage))
                .asType(MethodType.methodType(Object.class, Object.class));
        LENGTH =
            lookup
                .findVirtual(sequenceStorage, "length", MethodType.methodType(int.class))
                .asType(MethodType.methodType(int.class, Object.class));
        BYTE_STORAGE = Class.forName(STORAGES + "ByteSequenceStorage");
        BYTE_ARRAY =
            lookup
                .findVirtual(
                    BYTE_STORAGE, "getInternalByteArray", MethodType.methodType(byte[].class))
                .asType(MethodType.methodType(byte[].class, Object.class));
        ITEM =
            lookup
                .findStatic(
                    Class.forName(OBJECTS + "common.SequenceStorageNodes$GetItemScalarNode"),
                    "executeUncached",
                    MethodType.methodType(Object.class, sequenceStorage, int.class))
                .asType(MethodType.methodType(Object.class, Object.class, int.class));

        Class<?> context = Class.forName(PYTHON + "runtime.PythonContext");
        MethodHandle currentContext =
            MethodHandles.insertArguments(
                lookup.findStatic(context, "get", MethodType.methodType(context, node)),
                0,
                (Object) null);
        MethodHandles.Lookup inContext = MethodHandles.privateLookupIn(context, lookup);
        TRY_LOCK =
            MethodHandles.filterReturnValue(
                currentContext,
                inContext.findVirtual(
                    context, "tryAcquireGil", MethodType.methodType(boolean.class)));
        UNLOCK =
            MethodHandles.filterReturnValue(
                currentContext,
                inContext.findVirtual(context, "releaseGil", MethodType.methodType(void.class)));
      } catch (ReflectiveOperationException | RuntimeException e) {
        throw new ExceptionInInitializerError(e);
      }
    }

    private static PythonClass builtin(String name) throws ReflectiveOperationException {
      Class<?> java = Class.forName(OBJECTS + name);
      return new PythonClass(
          java, constant(PYTHON + "builtins.PythonBuiltinClassType", java.getSimpleName()));
    }

    private static Object constant(String type, String name) throws ReflectiveOperationException {
      return Class.forName(type).getField(name).get(null);
    }

    private static MethodHandle creator(
        MethodHandles.Lookup lookup,
        Class<?> factory,
        String name,
        PythonClass type,
        MethodHandle language,
        Class<?>... parameters)
        throws ReflectiveOperationException {
      MethodType found =
          MethodType.methodType(type.java, language.type().returnType())
              .appendParameterTypes(parameters);
      return MethodHandles.collectArguments(lookup.findStatic(factory, name, found), 0, language)
          .asType(MethodType.methodType(Object.class, parameters));
    }
  }
}
