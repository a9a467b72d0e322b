package io.polyproc.supervisor;

import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * The workers that ended programs have left, one for each script: its next run is forked from it,
 * and begins with compiled code. The script that was run the longest time ago gives way.
 */
final class Heirs {
  private final int limit;
  // In the order of use, the latest last.
  private final Map<String, WorkerJvm> byScript = new LinkedHashMap<>(4, 0.75f, true);
  private final Set<WorkerJvm> ready = new HashSet<>();

  Heirs(int limit) {
    this.limit = limit;
  }

  /** The one that can be forked for this script; null if there is none yet. */
  @Nullable WorkerJvm of(String script) {
    WorkerJvm heir = byScript.get(script);
    return heir != null && ready.contains(heir) ? heir : null;
  }

  /**
   * Whether another one for this script is welcome: not while one, or as many as may be, prepare.
   */
  boolean accepts(String script) {
    WorkerJvm heir = byScript.get(script);
    return byScript.size() - ready.size() < limit && (heir == null || ready.contains(heir));
  }

  /**
   * Takes the place of the script's former one, if it has not seen less of the script than that.
   */
  void add(String script, WorkerJvm heir) {
    WorkerJvm former = byScript.get(script);
    if (limit == 0 || (former != null && former.generation() > heir.generation())) {
      heir.discard();
      return;
    }
    byScript.put(script, heir);
    if (former != null) {
      former.discard();
      ready.remove(former);
    }
  }

  /** It can be forked from now on, if it is one, and may be one too many. */
  void prepared(WorkerJvm worker) {
    if (!byScript.containsValue(worker)) {
      return;
    }
    ready.add(worker);
    while (byScript.size() > limit) {
      WorkerJvm oldest = byScript.values().iterator().next();
      remove(oldest);
      oldest.discard();
    }
  }

  /** Forgets one that has ended, if it is one. */
  void remove(WorkerJvm worker) {
    byScript.values().remove(worker);
    ready.remove(worker);
  }

  /** Forgets all. */
  void clear() {
    List.copyOf(byScript.values()).forEach(this::remove);
  }

  int ready() {
    return ready.size();
  }
}
