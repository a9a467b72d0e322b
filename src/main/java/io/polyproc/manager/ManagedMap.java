package io.polyproc.manager;

import io.polyproc.PythonProxy;
import io.polyproc.value.ValueWriter;
import java.io.IOException;
import java.util.AbstractMap;
import java.util.AbstractSet;
import java.util.Iterator;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * A manager's {@code dict}. Every call goes to the manager; iterating is over a copy of that
 * moment.
 */
public final class ManagedMap extends AbstractMap<Object, @Nullable Object>
    implements ValueWriter.Shareable {
  private final PythonProxy proxy;

  /** The {@code dict} that a proxy stands for. */
  public ManagedMap(PythonProxy proxy) {
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
  public boolean containsKey(@Nullable Object key) {
    return Boolean.TRUE.equals(proxy.call(Boolean.class, "__contains__", key));
  }

  @Override
  public @Nullable Object get(@Nullable Object key) {
    return proxy.call(Object.class, "get", key);
  }

  @Override
  public @Nullable Object put(Object key, @Nullable Object value) {
    Object former = get(key);
    proxy.call(Object.class, "__setitem__", key, value);
    return former;
  }

  @Override
  public @Nullable Object remove(@Nullable Object key) {
    return proxy.call(Object.class, "pop", key, null);
  }

  @Override
  public void putAll(Map<?, ?> entries) {
    proxy.call(Object.class, "update", entries);
  }

  @Override
  public void clear() {
    proxy.call(Object.class, "clear");
  }

  @Override
  public Set<Map.Entry<Object, @Nullable Object>> entrySet() {
    return new Entries();
  }

  private final class Entries extends AbstractSet<Map.Entry<Object, @Nullable Object>> {
    @Override
    public int size() {
      return ManagedMap.this.size();
    }

    @Override
    public Iterator<Map.Entry<Object, @Nullable Object>> iterator() {
      Map<?, ?> copy = Objects.requireNonNull(proxy.call(Map.class, "copy"));
      Iterator<? extends Map.Entry<?, ?>> entries = copy.entrySet().iterator();
      return new Iterator<>() {
        private @Nullable Object last;

        @Override
        public boolean hasNext() {
          return entries.hasNext();
        }

        @Override
        public Map.Entry<Object, @Nullable Object> next() {
          Map.Entry<?, ?> entry = entries.next();
          last = entry.getKey();
          return new Written(entry.getKey(), entry.getValue());
        }

        @Override
        public void remove() {
          ManagedMap.this.remove(last);
        }
      };
    }
  }

  private final class Written extends SimpleEntry<Object, @Nullable Object> {
    private static final long serialVersionUID = 1L;

    Written(Object key, @Nullable Object value) {
      super(key, value);
    }

    @Override
    public @Nullable Object setValue(@Nullable Object value) {
      proxy.call(Object.class, "__setitem__", getKey(), value);
      return super.setValue(value);
    }
  }
}
