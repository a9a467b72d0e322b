/*
 * System calls of Linux on x86-64 without a C library: for code that runs while the C library's
 * locks may be held, or where there is no C library at all. Numbers and constants are those of the
 * kernel's headers; see the manual page of each call.
 */
#ifndef POLYPROC_KERNEL_H
#define POLYPROC_KERNEL_H

typedef unsigned long u64;
typedef unsigned int u32;
typedef unsigned short u16;
typedef unsigned char u8;

enum {
  SYS_read = 0, SYS_write = 1, SYS_open = 2, SYS_close = 3, SYS_stat = 4, SYS_fstat = 5,
  SYS_lseek = 8, SYS_mmap = 9, SYS_mprotect = 10, SYS_munmap = 11, SYS_brk = 12,
  SYS_rt_sigaction = 13, SYS_rt_sigprocmask = 14, SYS_rt_sigreturn = 15, SYS_pread64 = 17,
  SYS_pwrite64 = 18, SYS_mremap = 25, SYS_nanosleep = 35, SYS_getpid = 39, SYS_clone = 56,
  SYS_execve = 59, SYS_uname = 63, SYS_fcntl = 72, SYS_ftruncate = 77, SYS_readlink = 89,
  SYS_getrlimit = 97, SYS_sysinfo = 99, SYS_getuid = 102, SYS_geteuid = 107,
  SYS_getpriority = 140, SYS_setpriority = 141, SYS_prctl = 157, SYS_arch_prctl = 158,
  SYS_setrlimit = 160, SYS_gettid = 186, SYS_futex = 202, SYS_getdents64 = 217,
  SYS_set_tid_address = 218, SYS_timer_create = 222, SYS_timer_settime = 223, SYS_clock_gettime = 228, SYS_exit_group = 231, SYS_tgkill = 234,
  SYS_set_robust_list = 273, SYS_get_robust_list = 274, SYS_dup3 = 292, SYS_membarrier = 324,
  SYS_rseq = 334
};

enum {
  EPERM = 1, ENOENT = 2, EINTR = 4, EBADF = 9, EAGAIN = 11, ENOMEM = 12, EFAULT = 14, EBUSY = 16,
  EEXIST = 17, EINVAL = 22, ENOSYS = 38, ETIMEDOUT = 110
};

enum { PAGE_BYTES = 4096 };

enum { SIG_SETMASK = 2, SIG_DFL = 0, SIG_IGN = 1 };
enum { SA_SIGINFO = 4, SA_RESTORER = 0x04000000, SA_RESTART = 0x10000000 };
enum { HIGHEST_SIGNAL = 64, SIGCHLD = 17 };
enum { FUTEX_WAIT_PRIVATE = 128, FUTEX_WAKE_PRIVATE = 129 };
enum { PR_SET_NAME = 15, PR_GET_NAME = 16, PR_SET_MM = 35, PR_SET_MM_MAP = 14, PR_SET_MM_MAP_SIZE = 15 };
enum { ARCH_SET_FS = 0x1002 };
enum { PROT_READ = 1, PROT_WRITE = 2, PROT_EXEC = 4 };
enum {
  MAP_SHARED = 1, MAP_PRIVATE = 2, MAP_FIXED = 0x10, MAP_ANONYMOUS = 0x20, MAP_GROWSDOWN = 0x100,
  MAP_NORESERVE = 0x4000, MAP_FIXED_NOREPLACE = 0x100000
};
enum { MREMAP_MAYMOVE = 1, MREMAP_FIXED = 2 };
enum {
  O_RDONLY = 0, O_RDWR = 2, O_ACCMODE = 3, O_DIRECTORY = 0x10000, O_NOFOLLOW = 0x20000,
  O_CLOEXEC = 0x80000
};
enum { F_GETFD = 1, F_SETFD = 2, F_GETFL = 3, F_DUPFD_CLOEXEC = 1030, FD_CLOEXEC = 1 };
enum { SEEK_SET = 0, SEEK_CUR = 1 };
enum { S_IFMT = 0170000, S_IFREG = 0100000, S_IFDIR = 0040000, S_IFCHR = 0020000 };
enum { RLIMIT_NOFILE = 7 };
enum { CLOCK_MONOTONIC = 1, CLOCK_PROCESS_CPUTIME_ID = 2 };
enum { MEMBARRIER_REGISTER_PRIVATE_EXPEDITED = 16, MEMBARRIER_REGISTER_PRIVATE_EXPEDITED_SYNC_CORE = 64 };
enum {
  CLONE_VM = 0x100, CLONE_FS = 0x200, CLONE_FILES = 0x400, CLONE_SIGHAND = 0x800,
  CLONE_THREAD = 0x10000, CLONE_SYSVSEM = 0x40000, CLONE_SETTLS = 0x80000,
  CLONE_PARENT_SETTID = 0x100000, CLONE_CHILD_CLEARTID = 0x200000, CLONE_CHILD_SETTID = 0x1000000,
  LIKE_A_THREAD = CLONE_VM | CLONE_FS | CLONE_FILES | CLONE_SIGHAND | CLONE_THREAD | CLONE_SYSVSEM
      | CLONE_SETTLS | CLONE_PARENT_SETTID | CLONE_CHILD_CLEARTID
};

/* struct stat, as far as it is read here. */
struct file_status {
  u64 device, inode, links;
  u32 mode, user, group, unused;
  u64 special_device, size, block_bytes, blocks;
  u64 accessed, accessed_nanoseconds, modified, modified_nanoseconds, changed, changed_nanoseconds;
  u64 reserved[3];
};

struct kernel_sigaction {
  u64 handler, flags, restorer, mask;
};

static inline long call6(long number, long a, long b, long c, long d, long e, long f) {
  long result;
  register long r10 asm("r10") = d;
  register long r8 asm("r8") = e;
  register long r9 asm("r9") = f;
  asm volatile("syscall"
               : "=a"(result)
               : "a"(number), "D"(a), "S"(b), "d"(c), "r"(r10), "r"(r8), "r"(r9)
               : "rcx", "r11", "memory");
  return result;
}

#define CALL(number, a, b, c, d) call6(number, (long) (a), (long) (b), (long) (c), (long) (d), 0, 0)
#define CALL6(number, a, b, c, d, e, f) \
  call6(number, (long) (a), (long) (b), (long) (c), (long) (d), (long) (e), (long) (f))

/* mmap returns an address or the negative number of an error. */
static inline int is_error(long result) {
  return result < 0 && result > -4096;
}

static inline u64 monotonic_nanoseconds(void) {
  u64 time[2];
  CALL(SYS_clock_gettime, CLOCK_MONOTONIC, time, 0, 0);
  return time[0] * 1000000000UL + time[1];
}

static inline u64 text_length(const char *text) {
  u64 length = 0;
  while (text[length]) {
    length++;
  }
  return length;
}

static inline int starts_with(const char *text, const char *beginning) {
  while (*beginning) {
    if (*text++ != *beginning++) {
      return 0;
    }
  }
  return 1;
}

static inline int same_text(const char *a, const char *b) {
  while (*a && *a == *b) {
    a++;
    b++;
  }
  return *a == *b;
}

/* The decimal number that is all of a text; -1 if the text is anything else. */
static inline int number_of(const char *text) {
  int value = 0;
  if (*text < '0' || *text > '9') {
    return -1;
  }
  while (*text >= '0' && *text <= '9') {
    value = value * 10 + (*text++ - '0');
  }
  return *text ? -1 : value;
}

/* Reads a hexadecimal number and moves the pointer behind it. */
static inline u64 hexadecimal(const char **text) {
  u64 value = 0;
  for (;; (*text)++) {
    char digit = **text;
    if (digit >= '0' && digit <= '9') {
      value = value * 16 + (u64) (digit - '0');
    } else if (digit >= 'a' && digit <= 'f') {
      value = value * 16 + (u64) (digit - 'a' + 10);
    } else {
      return value;
    }
  }
}

/* Reads a whole file that is not seekable, such as those of /proc; returns its length or an error. */
static inline long read_all(const char *path, char *buffer, u64 size) {
  long file = CALL(SYS_open, path, O_RDONLY | O_CLOEXEC, 0, 0);
  u64 length = 0;
  long result = 0;
  if (file < 0) {
    return file;
  }
  while (length + 1 < size
         && (result = CALL(SYS_read, file, buffer + length, size - 1 - length, 0)) > 0) {
    length += (u64) result;
  }
  CALL(SYS_close, file, 0, 0, 0);
  buffer[length] = 0;
  return result < 0 ? result : (long) length;
}

#endif
