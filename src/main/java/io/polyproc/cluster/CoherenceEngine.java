package io.polyproc.cluster;

import com.tangosol.io.ExternalizableLite;
import com.tangosol.net.CacheFactory;
import com.tangosol.net.CacheService;
import com.tangosol.net.Cluster;
import com.tangosol.net.ConfigurableCacheFactory;
import com.tangosol.net.Member;
import com.tangosol.net.MemberEvent;
import com.tangosol.net.MemberListener;
import com.tangosol.net.NamedCache;
import com.tangosol.net.PartitionedService;
import com.tangosol.net.cache.KeyAssociation;
import com.tangosol.net.partition.PartitionEvent;
import com.tangosol.util.BinaryEntry;
import com.tangosol.util.ExternalizableHelper;
import com.tangosol.util.InvocableMap;
import com.tangosol.util.filter.EntryFilter;
import java.io.DataInput;
import java.io.DataOutput;
import java.io.IOException;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * The {@link Engine} that Oracle Coherence CE is: each cell of an object is an entry of one
 * partitioned cache, with a backup on another node or more; all cells of an object are in one
 * partition, so that a processor on the head may change them in one transaction. Coherence sees to
 * it that a request which is sent again after its node has died is not executed twice.
 */
final class CoherenceEngine implements Engine {
  private static final String CONFIGURATION = "io/polyproc/cluster/engine.xml";
  private static final String CACHE = "objects";

  /** The property that {@code engine.xml} reads: on how many more nodes an entry is kept. */
  static final String BACKUPS = "polyproc.cluster.backups";

  private final Cluster cluster;
  private final NamedCache<Cell, byte[]> cache;

  private CoherenceEngine(Cluster cluster, NamedCache<Cell, byte[]> cache) {
    this.cluster = cluster;
    this.cache = cache;
  }

  /**
   * Joins the cluster, or begins it.
   *
   * @param settings Coherence's system properties
   */
  static CoherenceEngine start(Map<String, String> settings) {
    settings.forEach(System::setProperty);
    System.setProperty("coherence.cacheconfig", CONFIGURATION);
    ConfigurableCacheFactory factory =
        CacheFactory.getCacheFactoryBuilder()
            .getConfigurableCacheFactory(CONFIGURATION, CoherenceEngine.class.getClassLoader());
    factory.activate();
    NamedCache<Cell, byte[]> cache =
        factory.ensureCache(CACHE, CoherenceEngine.class.getClassLoader());
    return new CoherenceEngine(CacheFactory.ensureCluster(), cache);
  }

  @Override
  public byte[] exec(String object, byte[] command) {
    try {
      return cache.invoke(new Cell(object, 0), new Execution(command));
    } catch (RuntimeException e) {
      throw new EngineException("the cluster's engine has failed: " + e.getMessage(), e);
    }
  }

  @Override
  public List<byte[]> execAll(String prefix, byte[] command) {
    try {
      return List.copyOf(cache.invokeAll(new Named(prefix, true), new Execution(command)).values());
    } catch (RuntimeException e) {
      throw new EngineException("the cluster's engine has failed: " + e.getMessage(), e);
    }
  }

  @Override
  public void removeAll(String prefix) {
    try {
      cache.invokeAll(new Named(prefix, false), new Removal());
    } catch (RuntimeException e) {
      throw new EngineException("the cluster's engine has failed: " + e.getMessage(), e);
    }
  }

  @Override
  public Set<String> members() {
    Set<String> names = new HashSet<>();
    for (Object member : service().getInfo().getServiceMembers()) {
      names.add(((Member) member).getMemberName());
    }
    return names;
  }

  private CacheService service() {
    return cache.getCacheService();
  }

  @Override
  public void onLeft(Consumer<String> listener) {
    service()
        .addMemberListener(
            new MemberListener() {
              @Override
              public void memberJoined(MemberEvent event) {
                // It tells of itself once it serves.
              }

              @Override
              public void memberLeaving(MemberEvent event) {
                // It has not left yet.
              }

              @Override
              public void memberLeft(MemberEvent event) {
                listener.accept(event.getMember().getMemberName());
              }
            });
  }

  @Override
  public void onDataLost(Runnable listener) {
    ((PartitionedService) service())
        .addPartitionListener(
            event -> {
              if (event.getId() == PartitionEvent.PARTITION_LOST) {
                listener.run();
              }
            });
  }

  @Override
  public void close() {
    CacheFactory.shutdown();
    if (cluster.isRunning()) {
      cluster.shutdown();
    }
  }

  /** The key of a cell. Coherence makes it by its class's name. */
  public static final class Cell implements KeyAssociation<String>, ExternalizableLite {
    private static final long serialVersionUID = 1L;

    private String object = "";
    private long index;

    public Cell() {}

    Cell(String object, long index) {
      this.object = object;
      this.index = index;
    }

    @Override
    public String getAssociatedKey() {
      return object;
    }

    @Override
    public void readExternal(DataInput in) throws IOException {
      object = ExternalizableHelper.readSafeUTF(in);
      index = in.readLong();
    }

    @Override
    public void writeExternal(DataOutput out) throws IOException {
      ExternalizableHelper.writeSafeUTF(out, object);
      out.writeLong(index);
    }

    @Override
    public boolean equals(@Nullable Object other) {
      return other instanceof Cell cell && cell.index == index && cell.object.equals(object);
    }

    @Override
    public int hashCode() {
      return 31 * object.hashCode() + Long.hashCode(index);
    }
  }

  /** Has a command executed where the object is. */
  public static final class Execution
      implements InvocableMap.EntryProcessor<Cell, byte[], byte[]>, ExternalizableLite {
    private static final long serialVersionUID = 1L;

    private byte[] command = new byte[0];

    public Execution() {}

    Execution(byte[] command) {
      this.command = command;
    }

    @Override
    public byte[] process(InvocableMap.Entry<Cell, byte[]> entry) {
      return ClusterObjects.apply(new EntryCells((BinaryEntry<Cell, byte[]>) entry), command);
    }

    @Override
    public void readExternal(DataInput in) throws IOException {
      command = ExternalizableHelper.readByteArray(in);
    }

    @Override
    public void writeExternal(DataOutput out) throws IOException {
      ExternalizableHelper.writeByteArray(out, command);
    }
  }

  /** Removes an entry. */
  public static final class Removal
      implements InvocableMap.EntryProcessor<Cell, byte[], Void>, ExternalizableLite {
    private static final long serialVersionUID = 1L;

    public Removal() {}

    @Override
    public @Nullable Void process(InvocableMap.Entry<Cell, byte[]> entry) {
      entry.remove(true);
      return null;
    }

    @Override
    public void readExternal(DataInput in) {
      // has no fields
    }

    @Override
    public void writeExternal(DataOutput out) {
      // has no fields
    }
  }

  /** Selects the heads, or all cells, of objects by the beginnings of their names. */
  public static final class Named implements EntryFilter<Cell, byte[]>, ExternalizableLite {
    private static final long serialVersionUID = 1L;

    private String prefix = "";
    private boolean headsOnly;

    public Named() {}

    Named(String prefix, boolean headsOnly) {
      this.prefix = prefix;
      this.headsOnly = headsOnly;
    }

    @Override
    public boolean evaluateEntry(Map.Entry<? extends Cell, ? extends byte[]> entry) {
      Cell cell = entry.getKey();
      return cell.object.startsWith(prefix) && !(headsOnly && cell.index != 0);
    }

    @Override
    public boolean evaluate(byte[] value) {
      return false; // only a key tells
    }

    @Override
    public void readExternal(DataInput in) throws IOException {
      prefix = ExternalizableHelper.readSafeUTF(in);
      headsOnly = in.readBoolean();
    }

    @Override
    public void writeExternal(DataOutput out) throws IOException {
      ExternalizableHelper.writeSafeUTF(out, prefix);
      out.writeBoolean(headsOnly);
    }
  }

  /** The cells of the object whose head an entry is. */
  private static final class EntryCells implements Cells {
    private final BinaryEntry<Cell, byte[]> head;
    private final String object;

    EntryCells(BinaryEntry<Cell, byte[]> head) {
      this.head = head;
      this.object = head.getKey().object;
    }

    private InvocableMap.Entry<Cell, byte[]> entry(long index) {
      if (index == 0) {
        return head;
      }
      return head.getAssociatedEntry(CACHE, new Cell(object, index));
    }

    @Override
    public byte @Nullable [] get(long index) {
      InvocableMap.Entry<Cell, byte[]> entry = entry(index);
      return entry.isPresent() ? entry.getValue() : null;
    }

    @Override
    public void put(long index, byte[] content) {
      entry(index).setValue(content);
    }

    @Override
    public void remove(long index) {
      entry(index).remove(true);
    }
  }
}
