package io.polyproc.bridge;

import io.polyproc.graalpy.Compilations;
import io.polyproc.posix.PosixException;
import io.polyproc.trace.Profile;
import io.polyproc.trace.Trace;
import java.io.IOException;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/**
 * What this process records of itself, because its program was asked to: a timeline, a profile, and
 * progress bars. Any thread may call.
 */
public final class Recorder {
  private static final System.Logger LOG = System.getLogger(Recorder.class.getName());

  private volatile @Nullable StackSampler sampler;
  private volatile @Nullable ProgressBars bars;

  Recorder() {}

  /**
   * Begins the timeline of a program, in its main process.
   *
   * @throws IOException if the file can't be written
   */
  public void beginTimeline(String path, String name) throws IOException {
    try {
      Trace.begin(Path.of(path), name);
      traceCompilations();
    } catch (PosixException e) {
      throw new IOException(e.getMessage(), e);
    }
  }

  /** In another process of a program with a timeline. */
  public void joinTimeline(String path, String name) {
    Trace.join(Path.of(path), name);
    traceCompilations();
  }

  private static void traceCompilations() {
    String objection =
        Compilations.listen(
            (function, begin, outcome) -> {
              Trace trace = Trace.current();
              if (trace != null) {
                trace.slice("jvm", "compile " + function, begin, 0, 0, outcome);
              }
            });
    if (objection != null) {
      LOG.log(System.Logger.Level.DEBUG, "a timeline has no compilations: {0}", objection);
    }
  }

  /** The timeline that was begun or joined. */
  public Timeline timeline() {
    Trace trace = Trace.current();
    if (trace == null) {
      throw new IllegalStateException("there is no timeline");
    }
    return new Timeline(trace);
  }

  /**
   * Begins the profile of a program, in its main process.
   *
   * @throws IOException if the file can't be written
   */
  public void beginProfile(String path, String name) throws IOException {
    try {
      sampler = StackSampler.start(Profile.begin(Path.of(path), name), true);
    } catch (PosixException e) {
      throw new IOException(e.getMessage(), e);
    }
  }

  /** In another process of a program with a profile. */
  public void joinProfile(String path, String name) {
    sampler = StackSampler.start(Profile.join(Path.of(path), name), false);
  }

  /** Names this process in the profile. */
  public void nameProfile(String name) {
    StackSampler current = sampler;
    if (current != null) {
      current.nameProcess(name);
    }
  }

  /** Progress bars on standard error. */
  public ProgressBars progressBars() {
    ProgressBars made = bars;
    if (made == null) {
      made = new ProgressBars();
      bars = made;
    }
    return made;
  }

  /** See {@link Trace#warmUp}. */
  public void warmUp() {
    Trace.warmUp();
  }

  /** Before this process ends: nothing of what it has recorded is to be lost. */
  void finish() {
    Trace.flush();
    StackSampler current = sampler;
    if (current != null) {
      current.finish();
    }
    ProgressBars shown = bars;
    if (shown != null) {
      shown.finish();
    }
  }

  /** In a forked child, which joins anew what it is to record. */
  void afterFork() {
    Trace.afterFork();
    sampler = null;
    bars = null;
  }
}
