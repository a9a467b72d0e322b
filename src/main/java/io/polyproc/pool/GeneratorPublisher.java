package io.polyproc.pool;

import io.polyproc.PythonFunction;
import io.polyproc.PythonTuple;
import java.io.IOException;
import java.lang.reflect.Type;
import java.util.Objects;
import java.util.concurrent.Flow;
import org.jspecify.annotations.Nullable;

/** Calls a generator for each subscriber, and passes on as many elements as that requests. */
public final class GeneratorPublisher<T> implements Flow.Publisher<T> {
  /** How many elements are asked for at once: what is cancelled has computed no more in vain. */
  private static final long MAX_ASKED = 64;

  private final WorkerPool pool;
  private final Type type;
  private final PythonFunction function;
  private final PythonTuple arguments;

  /** Nothing is called before there is a subscriber. */
  public GeneratorPublisher(
      WorkerPool pool, Type type, PythonFunction function, PythonTuple arguments) {
    this.pool = pool;
    this.type = type;
    this.function = function;
    this.arguments = arguments;
  }

  @Override
  public void subscribe(Flow.Subscriber<? super T> subscriber) {
    Subscription subscription = new Subscription(Objects.requireNonNull(subscriber));
    Thread.ofVirtual().name("polyproc-publisher").start(subscription::run);
  }

  @Override
  public String toString() {
    return "GeneratorPublisher[" + function + "]";
  }

  /** One subscriber's. Its thread alone calls the subscriber; demand comes from any thread. */
  private final class Subscription implements Flow.Subscription {
    private final Flow.Subscriber<? super T> subscriber;

    // Guarded by this.
    private long demand;
    private boolean cancelled;
    private @Nullable IllegalArgumentException invalid;
    private @Nullable GeneratorCall<T> call;

    Subscription(Flow.Subscriber<? super T> subscriber) {
      this.subscriber = subscriber;
    }

    @Override
    public synchronized void request(long number) {
      if (number <= 0) {
        invalid = new IllegalArgumentException("a subscriber must request elements, not " + number);
      } else {
        demand = demand + number < 0 ? Long.MAX_VALUE : demand + number;
      }
      notifyAll();
    }

    @Override
    public void cancel() {
      GeneratorCall<T> open;
      synchronized (this) {
        cancelled = true;
        notifyAll();
        open = call;
      }
      if (open != null) {
        open.close();
      }
    }

    void run() {
      subscriber.onSubscribe(this);
      try (GeneratorCall<T> generator = GeneratorCall.start(pool, type, function, arguments)) {
        if (begin(generator) && serve(generator)) {
          subscriber.onComplete();
        }
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
        fail(e);
      } catch (IOException | RuntimeException e) {
        fail(e);
      }
    }

    private void fail(Exception why) {
      if (!isCancelled()) {
        subscriber.onError(why);
      }
    }

    private synchronized boolean begin(GeneratorCall<T> generator) {
      call = generator;
      return !cancelled;
    }

    private synchronized boolean isCancelled() {
      return cancelled;
    }

    /**
     * @return whether all elements were passed on; false if the subscriber has cancelled
     */
    private boolean serve(GeneratorCall<T> generator) throws IOException, InterruptedException {
      while (true) {
        long asked = awaitDemand();
        if (asked == 0) {
          return false;
        }
        generator.ask(asked);
        while (generator.isAsked()) {
          if (!generator.take(this::next)) {
            return true;
          }
          if (isCancelled()) {
            return false;
          }
        }
      }
    }

    private void next(T element) {
      if (!isCancelled()) {
        subscriber.onNext(
            Objects.requireNonNull(element, "the generator has yielded None, which has no place"));
      }
    }

    /** What was requested and not asked for; 0 if the subscriber has cancelled. */
    private synchronized long awaitDemand() throws InterruptedException {
      while (demand == 0 && !cancelled && invalid == null) {
        wait();
      }
      if (cancelled) {
        return 0;
      }
      if (invalid != null) {
        throw invalid;
      }
      long asked = Math.min(demand, MAX_ASKED);
      demand -= asked;
      return asked;
    }
  }
}
