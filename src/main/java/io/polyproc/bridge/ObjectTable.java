package io.polyproc.bridge;

import java.util.concurrent.ConcurrentSkipListMap;
import org.graalvm.polyglot.Value;
import org.jspecify.annotations.Nullable;

/**
 * Python objects by numbers. GraalPy 25.0.3 may let another thread in wherever a compiled loop
 * begins anew, also within an operation of a {@code dict}, which is left broken if that thread
 * changes it; a look-up there may never come to an end.
 *
 * <p>Any thread may call.
 */
public final class ObjectTable {
  private final ConcurrentSkipListMap<Long, Value> objects = new ConcurrentSkipListMap<>();

  ObjectTable() {}

  /** Puts an object in, in the place of what has this number. */
  public void put(long number, Value object) {
    objects.put(number, object);
  }

  /** The object of this number; {@code None} if there is none. */
  public @Nullable Value get(long number) {
    return objects.get(number);
  }

  /** Takes an object out; returns whether there was one. */
  public boolean remove(long number) {
    return objects.remove(number) != null;
  }

  /** Takes all out. */
  public void clear() {
    objects.clear();
  }

  /** How many there are. */
  public int size() {
    return objects.size();
  }

  /** All that are there at this moment, in the order of their numbers. */
  public Value[] all() {
    return objects.values().toArray(Value[]::new);
  }
}
