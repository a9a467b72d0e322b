package io.polyproc.manager;

import io.polyproc.PythonException;
import io.polyproc.PythonFunction;
import io.polyproc.PythonObject;
import io.polyproc.PythonProxy;
import io.polyproc.PythonTuple;
import io.polyproc.value.ApiAccess;
import io.polyproc.value.ObjectParts;
import io.polyproc.value.ValueWriter;
import java.io.IOException;
import java.util.AbstractList;
import java.util.Collection;
import java.util.Iterator;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * A manager's {@code list}. Every call goes to the manager; iterating is over a copy of that
 * moment.
 */
public final class ManagedList extends AbstractList<@Nullable Object>
    implements ValueWriter.Shareable {
  private final PythonProxy proxy;

  /** The {@code list} that a proxy stands for. */
  public ManagedList(PythonProxy proxy) {
    this.proxy = proxy;
  }

  @Override
  public void write(ValueWriter writer) throws IOException {
    writer.save(proxy);
  }

  @Override
  public int size() {
    return Objects.requireNonNull(proxy.call(Integer.class, "__len__"));
  }

  @Override
  public @Nullable Object get(int index) {
    return inBounds(() -> proxy.call(Object.class, "__getitem__", checked(index)));
  }

  @Override
  public @Nullable Object set(int index, @Nullable Object element) {
    Object former = get(index);
    proxy.call(Object.class, "__setitem__", index, element);
    return former;
  }

  @Override
  public boolean add(@Nullable Object element) {
    proxy.call(Object.class, "append", element);
    return true;
  }

  @Override
  public void add(int index, @Nullable Object element) {
    proxy.call(Object.class, "insert", Objects.checkIndex(index, size() + 1), element);
  }

  @Override
  public boolean addAll(Collection<? extends @Nullable Object> elements) {
    proxy.call(Object.class, "extend", List.copyOf(elements));
    return !elements.isEmpty();
  }

  @Override
  public @Nullable Object remove(int index) {
    return inBounds(() -> proxy.call(Object.class, "pop", checked(index)));
  }

  @Override
  public boolean contains(@Nullable Object element) {
    return Boolean.TRUE.equals(proxy.call(Boolean.class, "__contains__", element));
  }

  @Override
  protected void removeRange(int from, int to) {
    proxy.call(Object.class, "__delitem__", slice(from, to));
  }

  @Override
  public Iterator<@Nullable Object> iterator() {
    List<?> copy = Objects.requireNonNull(proxy.call(List.class, "__getitem__", slice(0, null)));
    Iterator<?> elements = copy.iterator();
    return new Iterator<>() {
      @Override
      public boolean hasNext() {
        return elements.hasNext();
      }

      @Override
      public @Nullable Object next() {
        return elements.next();
      }
    };
  }

  private static PythonObject slice(int from, @Nullable Integer to) {
    return ApiAccess.get()
        .object(
            new ObjectParts(
                PythonFunction.of("builtins", "slice"), true, PythonTuple.of(from, to, null)));
  }

  /** Negative ones mean something in Python. */
  private static int checked(int index) {
    if (index < 0) {
      throw new IndexOutOfBoundsException(index);
    }
    return index;
  }

  private interface Call {
    @Nullable Object run();
  }

  private static @Nullable Object inBounds(Call call) {
    try {
      return call.run();
    } catch (PythonException e) {
      if (e.typeName().equals("IndexError")) {
        throw (IndexOutOfBoundsException) new IndexOutOfBoundsException(e.message()).initCause(e);
      }
      throw e;
    }
  }
}
