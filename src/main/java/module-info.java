/** Gives GraalPy scripts a working {@code multiprocessing}: every process is a worker JVM. */
@SuppressWarnings("opens") // an incremental build that skips its classes calls the package empty
module io.polyproc {
  requires static transitive org.jspecify;
  requires info.picocli;
  requires static com.oracle.coherence; // what agents of a cluster load, from another folder
  requires jdk.jfr;
  requires jdk.unsupported; // sun.misc.Signal
  requires transitive org.graalvm.polyglot;
  requires static java.management; // of a timeline, in processes that have it anyway
  requires static jdk.httpserver; // of the command `dashboard`
  requires static org.bouncycastle.pkix;
  requires static org.bouncycastle.provider;
  requires static org.graalvm.truffle; // what stops a thread of Python's to read its stack
  requires static org.jline.terminal; // of the command `top`

  exports io.polyproc;

  // The objects that the Python shim calls. GraalPy sees only what is open to everybody; they are
  // not exported, because no Java code outside is to use them.
  opens io.polyproc.ipc;
  opens io.polyproc.bridge;
  opens io.polyproc.sync;
  opens io.polyproc.protocol;
  opens io.polyproc.worker;
  opens io.polyproc.cli to
      info.picocli;
}
