package io.polyproc;

import io.polyproc.host.EmbeddedRuntime;
import io.polyproc.ipc.MessageChannel;
import io.polyproc.ipc.PacketChannel;
import io.polyproc.ipc.StreamMessageChannel;
import io.polyproc.manager.ManagedList;
import io.polyproc.manager.ManagedMap;
import io.polyproc.manager.ManagerClient;
import io.polyproc.posix.RawStream;
import io.polyproc.shared.SharedBlock;
import io.polyproc.shared.SharedCondition;
import io.polyproc.shared.SharedLock;
import io.polyproc.sync.SemaphoreArena;
import io.polyproc.sync.SharedSemaphore;
import io.polyproc.value.KnownTypes;
import io.polyproc.value.SharedObjectFactory;
import io.polyproc.value.Typecode;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * Rebuilds locks, queues and the like that Python processes send, from what the standard library's
 * classes pickle of themselves.
 */
final class SharedObjects implements SharedObjectFactory {
  private static final String SYNCHRONIZE = "multiprocessing.synchronize.";

  private final EmbeddedRuntime host;
  private final KnownTypes types;
  private final byte[] authkey;

  /**
   * Of a runtime.
   *
   * @param authkey of managers whose proxies come without one
   */
  SharedObjects(EmbeddedRuntime host, KnownTypes types, byte[] authkey) {
    this.host = host;
    this.types = types;
    this.authkey = authkey;
  }

  /** A descriptor that was left with the supervisor. */
  private record Token(String text) {}

  /** {@code multiprocessing.heap.Arena}. */
  private record ArenaHandle(int descriptor, long size) {}

  /** What {@code ctypes} made of a block. */
  private record Numbers(Typecode type, int length, boolean array, SharedBlock block) {}

  @Override
  public @Nullable Object call(PythonFunction function, PythonTuple a) {
    return switch (function.toString()) {
      case "_polyproc.ipc.semlock._open" -> semaphore(a);
      case "multiprocessing.connection.rebuild_connection" ->
          connection(new StreamMessageChannel(RawStream.of(take(a.get(0)))), a);
      case "multiprocessing.connection.rebuild_packet_connection" ->
          connection(new PacketChannel(RawStream.of(take(a.get(0)))), a);
      case "multiprocessing.heap.rebuild_arena" -> new ArenaHandle(take(a.get(1)), number(a, 0));
      case "multiprocessing.sharedctypes.rebuild_ctype" -> numbers(a);
      case "multiprocessing.sharedctypes.synchronized" ->
          synchronizedNumbers((Numbers) at(a, 0), ((PythonLock) at(a, 1)).shared());
      case "multiprocessing.shared_memory.SharedMemory" ->
          PythonSharedMemory.open(host, (String) at(a, 0));
      case "multiprocessing.managers.RebuildProxy" -> proxy(a);
      default -> null;
    };
  }

  private PythonConnection connection(MessageChannel channel, PythonTuple a) {
    return new PythonConnection(
        host, types, channel, Boolean.TRUE.equals(a.get(1)), Boolean.TRUE.equals(a.get(2)));
  }

  /** Its reference in the manager is counted before the sender can drop its own. */
  private Object proxy(PythonTuple a) {
    PythonTuple token = (PythonTuple) at(PythonTuple.of(((PythonObject) at(a, 1)).state()), 0);
    Map<?, ?> options = (Map<?, ?>) at(a, 3);
    byte[] key = options.get("authkey") instanceof byte[] given ? given : authkey;
    ManagerClient client =
        new ManagerClient(ManagerClient.address(token.get(1)), key, types, PythonProxy::adopt);
    String typeId = String.valueOf(token.get(0));
    try {
      PythonProxy proxy =
          PythonProxy.of(
              client,
              typeId,
              String.valueOf(token.get(2)),
              ManagerClient.exposed(options.get("exposed")));
      return switch (typeId) {
        case "dict" -> new ManagedMap(proxy);
        case "list" -> new ManagedList(proxy);
        default -> proxy;
      };
    } catch (IOException e) {
      throw new UncheckedIOException("the manager of an object does not answer", e);
    }
  }

  private SharedSemaphore semaphore(PythonTuple a) {
    return SemaphoreArena.open(
        take(a.get(0)), number(a, 1), number(a, 2), (int) number(a, 3), (int) number(a, 4));
  }

  private Object numbers(PythonTuple a) {
    Typecode type = Typecode.ofClass(((PythonFunction) at(a, 0)).name());
    boolean array = a.get(2) != null;
    Numbers numbers =
        new Numbers(type, array ? (int) number(a, 2) : 1, array, (SharedBlock) at(a, 1));
    return numbers;
  }

  private static Object synchronizedNumbers(Numbers numbers, SharedLock lock) {
    return numbers.array()
        ? new SharedArray(numbers.type(), numbers.length(), numbers.block(), lock)
        : new SharedValue(numbers.type(), numbers.block(), lock);
  }

  @Override
  public @Nullable Object build(PythonObject object, @Nullable Object state) {
    String name = object.className();
    if (name.startsWith(SYNCHRONIZE) && state instanceof PythonTuple parts) {
      return synchronizer(name.substring(SYNCHRONIZE.length()), parts);
    }
    return switch (name) {
      case "_polyproc.process.descriptors.Shared" ->
          new Token(String.valueOf(((Map<?, ?>) Objects.requireNonNull(state)).get("token")));
      case "multiprocessing.queues.Queue" -> queue((PythonTuple) Objects.requireNonNull(state));
      case "multiprocessing.heap.BufferWrapper" -> block((Map<?, ?>) Objects.requireNonNull(state));
      case "multiprocessing.synchronize.Event" -> event((Map<?, ?>) Objects.requireNonNull(state));
      default -> null;
    };
  }

  private @Nullable Object synchronizer(String name, PythonTuple state) {
    return switch (name) {
      case "Lock", "RLock" -> new PythonLock(lock(name, state));
      case "Semaphore", "BoundedSemaphore" -> new PythonSemaphore(lock(name, state));
      case "Condition" -> condition(state);
      case "Barrier" ->
          state.get(1) == null
              ? new PythonBarrier(
                  (int) number(state, 0),
                  (Double) state.get(2),
                  (SharedCondition) at(state, 3),
                  (SharedBlock) at(state, 4))
              : null;
      default -> null;
    };
  }

  private SharedLock lock(String name, PythonTuple state) {
    return new SharedLock(
        host, name, (SharedSemaphore) at(state, 0), (int) number(state, 1), (int) number(state, 2));
  }

  private static SharedCondition condition(PythonTuple state) {
    return new SharedCondition(
        shared(at(state, 0)), shared(at(state, 1)), shared(at(state, 2)), shared(at(state, 3)));
  }

  private static SharedLock shared(Object part) {
    return switch (part) {
      case PythonLock lock -> lock.shared();
      case PythonSemaphore semaphore -> semaphore.shared();
      default -> throw new ClassCastException(part.getClass() + " in the place of a lock");
    };
  }

  private static PythonEvent event(Map<?, ?> state) {
    return new PythonEvent(
        (SharedCondition) Objects.requireNonNull(state.get("_cond")),
        shared(Objects.requireNonNull(state.get("_flag"))));
  }

  private PythonQueue queue(PythonTuple state) {
    return new PythonQueue(
        host,
        types,
        number(state, 1),
        (PythonConnection) at(state, 2),
        (PythonConnection) at(state, 3),
        shared(at(state, 4)),
        shared(at(state, 5)),
        shared(at(state, 6)));
  }

  private SharedBlock block(Map<?, ?> state) {
    PythonTuple whole = (PythonTuple) Objects.requireNonNull(state.get("_state"));
    PythonTuple block = (PythonTuple) at(whole, 0);
    ArenaHandle arena = (ArenaHandle) at(block, 0);
    return SharedBlock.of(
        host, arena.descriptor(), arena.size(), number(block, 1), number(whole, 1));
  }

  private int take(@Nullable Object token) {
    try {
      return host.take(((Token) Objects.requireNonNull(token)).text());
    } catch (IOException e) {
      throw new UncheckedIOException("what another process has shared is not there: ", e);
    }
  }

  private static Object at(PythonTuple tuple, int index) {
    return Objects.requireNonNull(tuple.get(index));
  }

  private static long number(PythonTuple tuple, int index) {
    return ((Number) at(tuple, index)).longValue();
  }
}
