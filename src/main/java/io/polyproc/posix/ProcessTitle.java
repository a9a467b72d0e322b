package io.polyproc.posix;

import static java.lang.foreign.ValueLayout.JAVA_BYTE;

import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;

/**
 * What {@code ps} shows for this process. A worker is started before it is known what it will run,
 * so its command line is written anew when it is known: over the memory in which the kernel keeps
 * the arguments ({@code arg_start} and {@code arg_end} of {@code man 5 proc}), as {@code
 * setproctitle} does. A JVM has copied its arguments long before.
 */
public final class ProcessTitle {
  private static final int ARG_START_FIELD = 48;
  private static final int ARG_END_FIELD = 49;
  private static final int COMMAND_NAME_BYTES = 15;

  private ProcessTitle() {}

  /** Shows {@code title}, cut to the length of the original command line. */
  public static void set(String title) {
    try {
      long[] range = argumentRange();
      MemorySegment memory = MemorySegment.ofAddress(range[0]).reinterpret(range[1] - range[0]);
      byte[] text = truncated(title.replace('\0', ' '), (int) memory.byteSize() - 1);
      memory.fill((byte) 0);
      MemorySegment.copy(text, 0, memory, JAVA_BYTE, 0, text.length);
      Files.write(Path.of("/proc/self/comm"), truncated(title, COMMAND_NAME_BYTES));
    } catch (IOException | NumberFormatException e) {
      // Only for the reader of a process list: without a usable /proc the old title stays.
    }
  }

  private static byte[] truncated(String text, int bytes) {
    byte[] all = text.getBytes(StandardCharsets.UTF_8);
    return all.length <= bytes ? all : java.util.Arrays.copyOf(all, bytes);
  }

  /**
   * The fields of {@code /proc/PID/stat} from the third on.
   *
   * @param process its id, or {@code self}
   */
  static String[] stat(String process) throws IOException {
    String stat = Files.readString(Path.of("/proc", process, "stat"), StandardCharsets.ISO_8859_1);
    // The second field, the command name in parentheses, may contain anything.
    return stat.substring(stat.lastIndexOf(')') + 2).strip().split(" ", -1);
  }

  private static long[] argumentRange() throws IOException {
    String[] fields = stat("self");
    return new long[] {
      Long.parseLong(fields[ARG_START_FIELD - 3]), Long.parseLong(fields[ARG_END_FIELD - 3])
    };
  }
}
