package io.polyproc.bridge;

import io.polyproc.posix.MappedFile;
import java.lang.reflect.Constructor;
import java.lang.reflect.Field;
import java.lang.reflect.Method;
import org.graalvm.polyglot.Value;

/**
 * What the objects of GraalPy 25.0.3's {@code mmap} lack, by reflection on its classes: to know
 * their views, to lose their memory safely, and to change their size. GraalPy reads such memory by
 * its address, so that one read after it was unmapped would end the JVM.
 *
 * <p>A type of Python's that is derived from {@code mmap} counts its views once {@link #countViews}
 * has given it functions for that: GraalPy has these for types in native code, and calls them for
 * {@code memoryview} and what is based on it.
 *
 * <p>The GIL guards the objects; a method that changes one takes it, as a call of Java is made
 * without.
 */
final class MappedMemory {
  private static final int READ = 1;

  private MappedMemory() {}

  private static IllegalStateException failed(ReflectiveOperationException e) {
    return new IllegalStateException("GraalPy's mmap is not as it was", e);
  }

  /** Whether this GraalPy has the classes that are known here. */
  static boolean isAvailable() {
    try {
      return PythonObjects.areAvailable() && GraalPy.HANDLE_LENGTH != null;
    } catch (LinkageError e) {
      // Something is not as it was, or not exported: mmap is as GraalPy has it.
      return false;
    }
  }

  /**
   * Has functions called for the views of a type's objects.
   *
   * @param acquire is called with an object and flags, and returns {@link #buffer}
   * @param release is called with the object and that buffer when the last view of it goes
   */
  static void countViews(Value type, Value acquire, Value release) {
    try {
      Object receiver = PythonObjects.of(type);
      GraalPy.WRITE_HIDDEN.invoke(null, receiver, GraalPy.ACQUIRE, PythonObjects.of(acquire));
      GraalPy.WRITE_HIDDEN.invoke(null, receiver, GraalPy.RELEASE, PythonObjects.of(release));
    } catch (ReflectiveOperationException e) {
      throw failed(e);
    }
  }

  /** All of the memory, as a view is to have it. */
  static Object buffer(Value mapping) {
    try {
      Object receiver = PythonObjects.of(mapping);
      Object reference = GraalPy.REFERENCE.get(receiver);
      return GraalPy.NEW_BUFFER.newInstance(
          GraalPy.HANDLE_ADDRESS.getLong(GraalPy.HANDLE.get(reference)),
          receiver,
          Math.toIntExact(GraalPy.LENGTH.getLong(reference)),
          1,
          GraalPy.ACCESS.getInt(receiver) == READ,
          1,
          PythonObjects.text("B"),
          null,
          null,
          null,
          null);
    } catch (ReflectiveOperationException e) {
      throw failed(e);
    }
  }

  /** Where the memory begins. */
  static long address(Value mapping) {
    try {
      Object reference = GraalPy.REFERENCE.get(PythonObjects.of(mapping));
      return GraalPy.HANDLE_ADDRESS.getLong(GraalPy.HANDLE.get(reference));
    } catch (ReflectiveOperationException e) {
      throw failed(e);
    }
  }

  /** The object's own descriptor of its file; -1 if there is none. */
  static int descriptor(Value mapping) {
    try {
      return GraalPy.DESCRIPTOR.getInt(GraalPy.REFERENCE.get(PythonObjects.of(mapping)));
    } catch (ReflectiveOperationException e) {
      throw failed(e);
    }
  }

  /**
   * Gives the memory and the object's descriptor back, once nothing can read it any more.
   *
   * @param type becomes the object's: one derived from its own that knows it is closed. GraalPy
   *     takes what is derived from {@code mmap} for built-in, and does not let Python do that.
   */
  static void close(Value mapping, Value type) {
    try {
      Object receiver = PythonObjects.of(mapping);
      Object reference = GraalPy.REFERENCE.get(receiver);
      Object handle = GraalPy.HANDLE.get(reference);
      long address = GraalPy.HANDLE_ADDRESS.getLong(handle);
      long length;
      lock();
      try {
        if (GraalPy.RELEASED.getBoolean(reference)) {
          return;
        }
        GraalPy.RELEASED.setBoolean(reference, true);
        GraalPy.WRITE_HIDDEN.invoke(null, receiver, GraalPy.CLASS, PythonObjects.of(type));
        length = GraalPy.LENGTH.getLong(reference);
        replaceHandle(reference, address, 0);
      } finally {
        PythonObjects.unlock();
      }
      MappedFile.unmap(address, length, GraalPy.DESCRIPTOR.getInt(reference));
    } catch (ReflectiveOperationException e) {
      throw failed(e);
    }
  }

  /**
   * Changes the size of the memory, and of the file behind it, if there is one.
   *
   * @param offset where the memory begins in the file, in bytes
   * @throws io.polyproc.posix.PosixException if the system refuses, and nothing has changed then
   *     but perhaps the size of the file
   */
  static void resize(Value mapping, long offset, long length) {
    try {
      Object reference = GraalPy.REFERENCE.get(PythonObjects.of(mapping));
      lock();
      try {
        long former = GraalPy.HANDLE_ADDRESS.getLong(GraalPy.HANDLE.get(reference));
        long address =
            MappedFile.resize(
                former,
                GraalPy.LENGTH.getLong(reference),
                GraalPy.DESCRIPTOR.getInt(reference),
                offset,
                length);
        replaceHandle(reference, address, length);
      } finally {
        PythonObjects.unlock();
      }
    } catch (ReflectiveOperationException e) {
      throw failed(e);
    }
  }

  private static void replaceHandle(Object reference, long address, long length)
      throws ReflectiveOperationException {
    GraalPy.LENGTH.setLong(reference, length);
    GraalPy.HANDLE.set(reference, GraalPy.NEW_HANDLE.newInstance(address, length));
  }

  /** Waits for the GIL. */
  private static void lock() {
    while (!PythonObjects.tryLock()) {
      Thread.onSpinWait();
    }
  }

  /** GraalPy's classes and their fields. */
  private static final class GraalPy {
    private static final String PYTHON = "com.oracle.graal.python.";

    static final Method WRITE_HIDDEN;
    static final Object ACQUIRE;
    static final Object RELEASE;
    static final Object CLASS;
    static final Constructor<?> NEW_BUFFER;
    static final Field REFERENCE;
    static final Field ACCESS;
    static final Field LENGTH;
    static final Field DESCRIPTOR;
    static final Field HANDLE;
    static final Field RELEASED;
    static final Constructor<?> NEW_HANDLE;
    static final Field HANDLE_ADDRESS;
    static final Field HANDLE_LENGTH;

    static {
      try {
        Class<?> hidden = Class.forName(PYTHON + "nodes.HiddenAttr");
        WRITE_HIDDEN =
            Class.forName(PYTHON + "nodes.HiddenAttr$WriteNode")
                .getMethod(
                    "executeUncached",
                    Class.forName(PYTHON + "builtins.objects.PythonAbstractObject"),
                    hidden,
                    Object.class);
        ACQUIRE = hidden.getField("GETBUFFER").get(null);
        RELEASE = hidden.getField("RELEASEBUFFER").get(null);
        CLASS = hidden.getField("CLASS").get(null);
        NEW_BUFFER =
            Class.forName(PYTHON + "builtins.objects.memoryview.CExtPyBuffer").getConstructors()[0];
        Class<?> mapping = Class.forName(PYTHON + "builtins.objects.mmap.PMMap");
        REFERENCE = field(mapping, "ref");
        ACCESS = field(mapping, "access");
        LENGTH = field(REFERENCE.getType(), "length");
        DESCRIPTOR = field(REFERENCE.getType(), "fd");
        Class<?> finalizable = REFERENCE.getType().getSuperclass();
        HANDLE = field(finalizable, "reference");
        RELEASED = field(finalizable, "released");
        Class<?> handle = Class.forName(PYTHON + "runtime.NFIPosixSupport$MMapHandle");
        NEW_HANDLE = handle.getDeclaredConstructor(long.class, long.class);
        NEW_HANDLE.setAccessible(true);
        HANDLE_ADDRESS = field(handle, "pointer");
        HANDLE_LENGTH = field(handle, "length");
      } catch (ReflectiveOperationException | RuntimeException e) {
        throw new ExceptionInInitializerError(e);
      }
    }

    private static Field field(Class<?> type, String name) throws ReflectiveOperationException {
      Field field = type.getDeclaredField(name);
      field.setAccessible(true);
      return field;
    }
  }
}
