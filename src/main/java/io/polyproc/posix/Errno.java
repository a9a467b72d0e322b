package io.polyproc.posix;

import java.util.Map;

/** The error numbers of Linux that this package meets, by name. */
final class Errno {
  static final int ENAMETOOLONG = 36;
  static final int EINTR = 4;
  static final int EBADF = 9;
  static final int EAGAIN = 11;
  static final int ECHILD = 10;
  static final int EPIPE = 32;
  static final int ESRCH = 3;
  static final int EOVERFLOW = 75;
  static final int ENOTSOCK = 88;
  static final int ECONNRESET = 104;
  static final int ETIMEDOUT = 110;
  static final int ECONNREFUSED = 111;
  static final int ENOENT = 2;

  private static final Map<Integer, String> NAMES =
      Map.ofEntries(
          Map.entry(1, "EPERM"),
          Map.entry(ENOENT, "ENOENT"),
          Map.entry(ESRCH, "ESRCH"),
          Map.entry(EINTR, "EINTR"),
          Map.entry(EOVERFLOW, "EOVERFLOW"),
          Map.entry(EBADF, "EBADF"),
          Map.entry(ECHILD, "ECHILD"),
          Map.entry(EAGAIN, "EAGAIN"),
          Map.entry(12, "ENOMEM"),
          Map.entry(13, "EACCES"),
          Map.entry(14, "EFAULT"),
          Map.entry(17, "EEXIST"),
          Map.entry(22, "EINVAL"),
          Map.entry(ENAMETOOLONG, "ENAMETOOLONG"),
          Map.entry(23, "ENFILE"),
          Map.entry(24, "EMFILE"),
          Map.entry(28, "ENOSPC"),
          Map.entry(EPIPE, "EPIPE"),
          Map.entry(38, "ENOSYS"),
          Map.entry(ENOTSOCK, "ENOTSOCK"),
          Map.entry(90, "EMSGSIZE"),
          Map.entry(ECONNRESET, "ECONNRESET"),
          Map.entry(105, "ENOBUFS"),
          Map.entry(109, "ETOOMANYREFS"),
          Map.entry(ETIMEDOUT, "ETIMEDOUT"),
          Map.entry(ECONNREFUSED, "ECONNREFUSED"));

  private Errno() {}

  static String name(int errno) {
    return NAMES.getOrDefault(errno, "errno");
  }
}
