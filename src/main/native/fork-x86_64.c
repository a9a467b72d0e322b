/*
 * Forks a process with all of its threads: Linux on x86-64.
 *
 * fork() copies the memory of a process but only the thread that calls it. A JVM can't go on so: its
 * collector, its compilers and its other Java threads would be gone, with whatever they had locked.
 * Here every thread is brought to a stop by a signal, which makes the kernel save its registers on its
 * own stack; the process is forked; and in the child, whose memory holds these stacks, one thread is
 * made for each of them, which returns from that signal. Every thread goes on where it was stopped,
 * in the parent and in the child. Whatever was locked is locked, by its owner, who goes on too.
 *
 * os.fork() wants a child with one thread of the program's. Threads of the program are dropped: the
 * child does not make them anew. To the JVM they are threads that wait in native code for ever, so
 * neither a safepoint nor the collector waits for them. This is only right for a thread that waits in
 * the kernel and holds nothing; while another one runs, fork_all answers EBUSY, and Java tries again.
 *
 * The JVM's compilers are put off: a child that ends soon gains nothing from them, and pays for what its
 * parent's were about to do. A thread of theirs that waits for work is made only when the child has used
 * some processor time, or after a second; timers of the kernel's tell so. Until then it is a thread that has not
 * noticed yet that there is work.
 *
 * This is compiled to code without relocations (see build.sh) that Java loads and calls, so that no
 * compiler and no library is needed where it runs. It calls the kernel directly and never the C
 * library, whose locks a stopped thread may hold. The state follows the code, on a page of its own.
 */

#include "held-lock.h"
#include "kernel.h"

enum { PATH_BYTES = 4096, MAX_THREADS = 512, MAX_DEFERRED = 16, DIRECTORY_BYTES = 16384, NAME_BYTES = 16 };

/* What io.polyproc.hotspot.JvmFork asks for. */
enum { INSTALL, FORK, LOCKS, LAYOUT, DROP, BUSY, PEEK };

/* Beside the flags of clone: this process runs a program, which os.fork() copies. */
#define OF_PROGRAM (1L << 40)

/* The exit status of a child that can't have its threads: a limit on processes or memory. */
enum { NO_THREADS = 71 };

enum { PRIO_PROCESS = 0, SI_CODE_AT = 8, SI_TIMER = -2 };

/* A child has compilers when it has used 0.1 s of processor time, and after a second in any case. */
enum { COMPILERS_AFTER_NANOSECONDS = 100000000, COMPILERS_AFTER_SECONDS = 1 };
/* How long all threads may take to stop: 2 s, in steps of 50 µs. */
enum { STEP_NANOSECONDS = 50000, MOST_STEPS = 40000 };

/* The C library's record of a thread begins where its thread-local memory does, and holds its id. */
enum { THREAD_RECORD_BYTES = 2304 };

enum { GOES_ON, IS_DROPPED, IS_DEFERRED };

/* A stopped thread; the code of `revive` knows where `name` is. */
struct thread {
  void *context;        /* its ucontext_t, to which rt_sigreturn returns */
  char *local;          /* its thread-local memory */
  int id;               /* 0 until the rest is written */
  int fate;             /* what becomes of it in the child */
  long priority;        /* 20 - its nice value */
  char name[NAME_BYTES];
};

/* Where HotSpot's objects have what is needed of a thread; io.polyproc.hotspot.JvmThreads fills it in. */
struct layout {
  char **threads_list;  /* ThreadsSMRSupport::_java_thread_list */
  u64 list_length;      /* ThreadsList::_length, a 32-bit number */
  u64 list_threads;     /* ThreadsList::_threads */
  u64 os_thread;        /* Thread::_osthread */
  u64 pthread;          /* OSThread::_pthread_id */
  u64 state;            /* JavaThread::_thread_state */
  u64 pending_monitor;  /* JavaThread::_current_pending_monitor */
};

/* JavaThreadState: the two in which a thread keeps no safepoint waiting. */
enum { THREAD_IN_NATIVE = 4, THREAD_BLOCKED = 10 };

_Static_assert(__builtin_offsetof(struct thread, name) == 32, "revive knows it");

struct state {
  volatile u32 round;   /* stopped threads wait for it to change */
  volatile u32 arrived;
  volatile u32 stopping; /* else a thread that gets the signal late goes on */
  struct thread threads[MAX_THREADS];
  char directory[DIRECTORY_BYTES];
  int *locks;           /* memory of the C library that has its own locks */
  int *locks_end;
  struct layout layout;
  char **dropped;       /* each a JavaThread that the child is not to have */
  u64 dropped_count;
  char *busy;           /* the one that could not be dropped last */
  struct thread deferred[MAX_DEFERRED];
  u32 deferred_count;
  u32 id_offset;        /* where the C library's record of a thread has its id */
};

extern struct state state __attribute__((visibility("hidden")));
extern char restorer[] __attribute__((visibility("hidden")));

static inline char *thread_local_memory(void) {
  char *address;
  asm volatile("mov %%fs:0, %0" : "=r"(address));
  return address;
}

static void revive_deferred(void);
static long install(int signal);
static long fork_all(int signal, long flags);
static long note_locks(long address, long length);
static long note_layout(const struct layout *layout);
static long note_dropped(long address, long count);

/* The one entry, at the beginning of the code. */
__attribute__((used, section(".text.0")))
long entry(long what, long a, long b) {
  return what == INSTALL ? install((int) a)
      : what == LOCKS    ? note_locks(a, b)
      : what == LAYOUT   ? note_layout((const struct layout *) a)
      : what == DROP     ? note_dropped(a, b)
      : what == BUSY     ? (long) state.busy
      : what == PEEK     ? *(int *) a
                         : fork_all((int) a, b);
}

/* Runs in each thread that is to stop: tells where it is, and waits. */
__attribute__((used))
static void stop(int signal, void *info, void *context) {
  if (*(int *) ((char *) info + SI_CODE_AT) == SI_TIMER) {
    revive_deferred();
    return;
  }
  u32 round = state.round;
  if (!state.stopping) {
    return;
  }
  u32 index = __atomic_fetch_add(&state.arrived, 1, __ATOMIC_SEQ_CST);
  if (index < MAX_THREADS) {
    struct thread *self = &state.threads[index];
    self->context = context;
    self->local = thread_local_memory();
    CALL(SYS_prctl, PR_GET_NAME, self->name, 0, 0);
    self->priority = CALL(SYS_getpriority, PRIO_PROCESS, 0, 0, 0);
    __atomic_store_n(&self->id, (int) CALL(SYS_gettid, 0, 0, 0, 0), __ATOMIC_SEQ_CST);
  }
  while (state.round == round) {
    CALL(SYS_futex, &state.round, FUTEX_WAIT_PRIVATE, round, 0);
  }
}

asm(".section .text.restorer, \"ax\"\n"
    ".globl restorer\n"
    "restorer:\n"
    "  mov $15, %eax\n" /* rt_sigreturn */
    "  syscall\n"
    ".text\n");

/* Makes `signal` the one that stops a thread; nothing else interrupts it meanwhile. */
static long install(int signal) {
  struct kernel_sigaction action;
  action.handler = (u64) stop;
  action.flags = SA_SIGINFO | SA_RESTORER | SA_RESTART;
  action.restorer = (u64) restorer;
  action.mask = ~0UL;
  return CALL(SYS_rt_sigaction, signal, &action, 0, 8);
}

static void go_on(void) {
  state.stopping = 0;
  __atomic_fetch_add(&state.round, 1, __ATOMIC_SEQ_CST);
  CALL(SYS_futex, &state.round, FUTEX_WAKE_PRIVATE, 0x7fffffff, 0);
}

static int has_stopped(int id, u32 arrived) {
  for (u32 i = 0; i < arrived; i++) {
    if (__atomic_load_n(&state.threads[i].id, __ATOMIC_SEQ_CST) == id) {
      return 1;
    }
  }
  return 0;
}

static long note_locks(long address, long length) {
  state.locks = (int *) address;
  state.locks_end = (int *) (address + length);
  return 0;
}

static long note_layout(const struct layout *layout) {
  state.layout = *layout;
  return 0;
}

static long note_dropped(long address, long count) {
  state.dropped = (char **) address;
  state.dropped_count = (u64) count;
  return 0;
}

/* The system calls in which a thread waits and holds no lock of the C library's. */
static int waits(u64 call) {
  switch (call) {
    case 0: case 1: case 17: case 18: case 19: case 20:   /* read, write, pread, pwrite, readv, writev */
    case 2: case 257:                                     /* open, openat: of a FIFO */
    case 7: case 23: case 270: case 271:                  /* poll, select, pselect6, ppoll */
    case 34: case 35: case 230:                           /* pause, nanosleep, clock_nanosleep */
    case 40: case 275: case 276: case 278:                /* sendfile, splice, tee, vmsplice */
    case 42: case 43: case 44: case 45: case 46: case 47: /* connect, accept, sendto, recvfrom, sendmsg, recvmsg */
    case 288: case 299: case 307:                         /* accept4, recvmmsg, sendmmsg */
    case 61: case 247:                                    /* wait4, waitid */
    case 65: case 70: case 220: case 243:                 /* semop, msgrcv, semtimedop, mq_timedreceive */
    case 72: case 73:                                     /* fcntl, flock */
    case 128: case 130:                                   /* rt_sigtimedwait, rt_sigsuspend */
    case 202: case 449:                                   /* futex, futex_waitv */
    case 232: case 281: case 441:                         /* epoll_wait, epoll_pwait, epoll_pwait2 */
      return 1;
    default:
      return 0;
  }
}

/* Where struct ucontext has what a thread was about to do, and in which state. */
enum { REGISTERS_AT = 40, REGISTER_RSI = 9, REGISTER_RAX = 13, REGISTER_RIP = 16, SYSCALL_BYTES = 2, PAGE_MASK = 4095 };

static int is_syscall(const unsigned char *code) {
  return code[0] == 0x0f && code[1] == 0x05;
}

/*
 * Whether a stopped thread was in a system call that waits: it is to begin anew, or ends with EINTR. A
 * wait at a plain private futex is one for a mutex of the C library's, or for the end of a safepoint,
 * that is in the midst of something; a thread that waits in Java waits at a condition, which is another one.
 */
static int is_in_wait(struct thread *thread) {
  u64 *registers = (u64 *) ((char *) thread->context + REGISTERS_AT);
  u64 result = registers[REGISTER_RAX];
  u64 at = registers[REGISTER_RIP];
  if ((at & PAGE_MASK) < SYSCALL_BYTES || (at & PAGE_MASK) > PAGE_MASK - SYSCALL_BYTES) {
    return 0; /* the bytes beside it may not be there to be read */
  }
  if (is_syscall((unsigned char *) at)) {
    return waits(result) && !(result == SYS_futex && registers[REGISTER_RSI] == FUTEX_WAIT_PRIVATE);
  }
  return is_syscall((unsigned char *) at - SYSCALL_BYTES) && (long) result == -EINTR;
}

static char *pointer_at(const char *object, u64 offset) {
  return *(char *const *) (object + offset);
}

/* Whether the JVM still has this thread: that of one that has ended meanwhile may be used for something else. */
static int is_listed(const char *java_thread) {
  const char *list = *state.layout.threads_list;
  const u32 length = *(const u32 *) (list + state.layout.list_length);
  char *const *threads = (char *const *) pointer_at(list, state.layout.list_threads);
  for (u32 i = 0; i < length; i++) {
    if (threads[i] == java_thread) {
      return 1;
    }
  }
  return 0;
}

static struct thread *stopped_thread(const char *local, u32 arrived) {
  for (u32 i = 0; i < arrived; i++) {
    if (state.threads[i].local == local) {
      return &state.threads[i];
    }
  }
  return 0;
}

/*
 * Whether no other thread waits for this one of Java's when it is no more. One that waits for a monitor is in
 * the queue of threads of which the JVM wakes one: all behind it would wait for ever.
 */
static int keeps_nobody(const char *java_thread) {
  int java_state = *(const int *) (java_thread + state.layout.state);
  return (java_state == THREAD_IN_NATIVE || java_state == THREAD_BLOCKED)
      && !pointer_at(java_thread, state.layout.pending_monitor);
}

/* Marks the stopped threads that the child is not to have. Returns 0 if one of them can't be dropped now. */
static int mark_dropped(u32 arrived) {
  state.busy = 0; /* not the one of the last try, which may have been the parent's */
  for (u32 i = 0; i < arrived; i++) {
    state.threads[i].fate = GOES_ON;
  }
  for (u64 i = 0; i < state.dropped_count; i++) {
    char *java_thread = state.dropped[i];
    if (!is_listed(java_thread)) {
      continue;
    }
    struct thread *thread =
        stopped_thread(pointer_at(pointer_at(java_thread, state.layout.os_thread), state.layout.pthread), arrived);
    if (!thread) {
      continue; /* it was dropped when this process was forked, and the JVM takes it for alive */
    }
    if (!keeps_nobody(java_thread) || !is_in_wait(thread)) {
      state.busy = java_thread;
      return 0;
    }
    thread->fate = IS_DROPPED;
  }
  return 1;
}

static int is_jvm_compiler(const struct thread *thread) {
  char c1[] = "C1 Compiler";
  char c2[] = "C2 Compiler";
  return starts_with(thread->name, c1) || starts_with(thread->name, c2);
}

static int is_truffle_compiler(const struct thread *thread) {
  char truffle[] = "TruffleCompiler";
  return starts_with(thread->name, truffle);
}

/*
 * Marks the threads of the compilers that wait for work. Those of the JVM all wait at one condition, so
 * all are put off or none: a thread that signals a condition of the C library's may have to wait until a thread that
 * was woken before has left, if another one has come to wait meanwhile.
 */
static void mark_deferred(u32 arrived) {
  int all_wait = 1;
  for (u32 i = 0; i < arrived; i++) {
    if (is_jvm_compiler(&state.threads[i]) && !is_in_wait(&state.threads[i])) {
      all_wait = 0;
    }
  }
  u32 count = state.deferred_count; /* those of the parent's parent, which it has not made yet */
  for (u32 i = 0; i < arrived && count < MAX_DEFERRED; i++) {
    struct thread *thread = &state.threads[i];
    if (thread->fate == GOES_ON
        && (is_jvm_compiler(thread) ? all_wait : is_truffle_compiler(thread) && is_in_wait(thread))) {
      thread->fate = IS_DEFERRED;
      count++;
    }
  }
}

/* Whether a stopped thread holds a lock of the C library's own. */
static int holds_lock(u32 arrived) {
  for (const int *lock = state.locks; lock + HELD_LOCK_WORDS <= state.locks_end; lock += 2) {
    if (is_held(lock) && has_stopped(owner_of(lock), arrived)) {
      return 1;
    }
  }
  return 0;
}

/* The number of the next entry, from `*at` on, that is one; -1 at the end of what was read. */
static int next_number(long length, long *at) {
  while (*at < length) {
    char *entry = state.directory + *at;
    *at += *(unsigned short *) (entry + 16);
    int value = number_of(entry + 19);
    if (value >= 0) {
      return value;
    }
  }
  return -1;
}

/*
 * Stops all other threads. A thread may begin or end meanwhile, so it looks again until none is left
 * that has not stopped. Returns how many, or an error; then some may have stopped.
 */
static long stop_others(int signal, int process, int self) {
  char path[] = "/proc/self/task";
  int signalled[MAX_THREADS];
  u32 count = 0;
  for (int step = 0; step < MOST_STEPS; step++) {
    int missing = 0;
    u32 arrived = __atomic_load_n(&state.arrived, __ATOMIC_SEQ_CST);
    if (arrived > MAX_THREADS) {
      return -EAGAIN;
    }
    long directory = CALL(SYS_open, path, O_DIRECTORY | O_CLOEXEC, 0, 0);
    if (directory < 0) {
      return directory;
    }
    long length;
    while ((length = CALL(SYS_getdents64, directory, state.directory, DIRECTORY_BYTES, 0)) > 0) {
      long at = 0;
      int id;
      while ((id = next_number(length, &at)) >= 0) {
        if (id == self || has_stopped(id, arrived)) {
          continue;
        }
        missing = 1;
        u32 i = 0;
        while (i < count && signalled[i] != id) {
          i++;
        }
        if (i == MAX_THREADS) {
          CALL(SYS_close, directory, 0, 0, 0);
          return -EAGAIN;
        }
        if (i == count) {
          signalled[count++] = id;
          CALL(SYS_tgkill, process, id, signal, 0);
        }
      }
    }
    CALL(SYS_close, directory, 0, 0, 0);
    if (!missing) {
      return arrived;
    }
    long time[2];
    time[0] = 0;
    time[1] = STEP_NANOSECONDS;
    CALL(SYS_nanosleep, time, 0, 0, 0);
  }
  return -ETIMEDOUT;
}

static int ends_with(const char *text, long length, const char *end) {
  long n = 0;
  while (end[n]) {
    n++;
  }
  if (length < n) {
    return 0;
  }
  for (long i = 0; i < n; i++) {
    if (text[length - n + i] != end[i]) {
      return 0;
    }
  }
  return 1;
}

/* Whether a path of /proc/self/fd leads to a file of the JVM's and not of the program's: a jar or the module image. */
static int is_of_jvm(const char *path) {
  char jar[] = ".jar"; /* arrays, as the code has no data */
  char image[] = "/modules";
  char target[PATH_BYTES];
  long length = CALL(SYS_readlink, path, target, PATH_BYTES, 0);
  return ends_with(target, length, jar) || ends_with(target, length, image);
}

/*
 * Opens every file anew that is open for reading only: a forked descriptor shares its position with
 * the parent's, and a JVM reads its jars by seeking. A program's own files stay shared, as after every
 * fork: `all` says that there is no program. No other thread runs yet.
 */
static void separate_files(int all) {
  char folder[] = "/proc/self/fd";
  long directory = CALL(SYS_open, folder, O_DIRECTORY | O_CLOEXEC, 0, 0);
  long length;
  if (directory < 0) {
    return;
  }
  while ((length = CALL(SYS_getdents64, directory, state.directory, DIRECTORY_BYTES, 0)) > 0) {
    long at = 0;
    int fd;
    while ((fd = next_number(length, &at)) >= 0) {
      struct file_status status;
      long flags = CALL(SYS_fcntl, fd, F_GETFL, 0, 0);
      if (fd <= 2 || fd == directory || flags < 0 || (flags & O_ACCMODE) != 0
          || CALL(SYS_fstat, fd, &status, 0, 0) != 0
          || (status.mode & S_IFMT) != S_IFREG) {
        continue;
      }
      char path[32];
      char digits[12];
      int n = 0;
      int p = 0;
      while (folder[p]) {
        path[p] = folder[p];
        p++;
      }
      path[p++] = '/';
      for (int rest = fd; rest > 0; rest /= 10) {
        digits[n++] = (char) ('0' + rest % 10);
      }
      while (n > 0) {
        path[p++] = digits[--n];
      }
      path[p] = 0;
      if (!all && !is_of_jvm(path)) {
        continue;
      }
      long again = CALL(SYS_open, path, flags | O_CLOEXEC, 0, 0);
      if (again < 0) {
        continue; /* not to be opened by name: it stays shared */
      }
      CALL(SYS_lseek, again, CALL(SYS_lseek, fd, 0, 1, 0), 0, 0);
      CALL(SYS_dup3, again, fd, CALL(SYS_fcntl, fd, F_GETFD, 0, 0) & 1 ? O_CLOEXEC : 0, 0);
      CALL(SYS_close, again, 0, 0, 0);
    }
  }
  CALL(SYS_close, directory, 0, 0, 0);
}

/* Makes a thread of this process out of a stopped one of the parent's; it returns from its signal. */
static long revive(struct thread *stopped, u32 id_offset) {
  register long r10 asm("r10") = (long) (stopped->local + id_offset);
  register long r8 asm("r8") = (long) stopped->local;
  register struct thread *r12 asm("r12") = stopped;
  long result;
  asm volatile("syscall\n"
               "  test %%rax, %%rax\n"
               "  jnz 1f\n"
               "  mov $157, %%eax\n" /* prctl(PR_SET_NAME, name) */
               "  mov $15, %%edi\n"
               "  lea 32(%%r12), %%rsi\n"
               "  syscall\n"
               "  mov $15, %%eax\n" /* rt_sigreturn, with the stack pointer at the context */
               "  syscall\n"
               "1:"
               : "=a"(result)
               : "a"(SYS_clone), "D"((long) LIKE_A_THREAD), "S"(stopped->context),
                 "d"(stopped->local + id_offset), "r"(r10), "r"(r8), "r"(r12)
               : "rcx", "r11", "memory");
  return result;
}

/* Makes a thread, and gives it its nice value back, which is its maker's otherwise. */
static long revive_with_priority(struct thread *stopped, u32 id_offset) {
  long id = revive(stopped, id_offset);
  long own = CALL(SYS_getpriority, PRIO_PROCESS, 0, 0, 0);
  if (id > 0 && stopped->priority < own) {
    CALL(SYS_setpriority, PRIO_PROCESS, id, 20 - stopped->priority, 0);
  }
  return id;
}

/* Makes the threads that were put off; once. Without room for them there is none of those compilers. */
static void revive_deferred(void) {
  u32 count = __atomic_exchange_n(&state.deferred_count, 0, __ATOMIC_SEQ_CST);
  for (u32 i = 0; i < count; i++) {
    revive_with_priority(&state.deferred[i], state.id_offset);
  }
}

/* Lets a signal come after a time of a clock; false if there is no such timer. */
static int start_timer(int signal, int clock, long seconds, long nanoseconds) {
  u64 event[8];
  long time[4];
  int timer;
  for (int i = 0; i < 8; i++) {
    event[i] = 0;
  }
  ((int *) event)[2] = signal;
  time[0] = time[1] = 0;
  time[2] = seconds;
  time[3] = nanoseconds;
  return CALL(SYS_timer_create, clock, event, &timer, 0) == 0
      && CALL(SYS_timer_settime, timer, 0, time, 0) == 0;
}

/*
 * Where in its record the C library keeps a thread's id: the offset from its thread-local memory,
 * at which every thread has its own; another number may happen to be one thread's.
 * THREAD_RECORD_BYTES if there is none.
 */
static u32 find_id_offset(int self, u32 count) {
  const char *record = thread_local_memory();
  for (u32 offset = 0; offset < THREAD_RECORD_BYTES; offset += 4) {
    u32 same = 0;
    if (*(const int *) (record + offset) == self) {
      while (same < count && *(int *) (state.threads[same].local + offset) == state.threads[same].id) {
        same++;
      }
      if (same == count) {
        return offset;
      }
    }
  }
  return THREAD_RECORD_BYTES;
}

/* Forks; returns the child's id, 0 in the child, or the negative number of an error. */
static long fork_all(int signal, long flags) {
  u64 all = ~0UL;
  u64 mask;
  long result;
  CALL(SYS_rt_sigprocmask, SIG_SETMASK, &all, &mask, 8);
  int process = (int) CALL(SYS_getpid, 0, 0, 0, 0);
  int self = (int) CALL(SYS_gettid, 0, 0, 0, 0);
  for (int i = 0; i < MAX_THREADS; i++) {
    state.threads[i].id = 0;
  }
  state.arrived = 0;
  state.stopping = 1;
  result = stop_others(signal, process, self);
  if (result < 0) {
    go_on();
    goto out;
  }
  u32 count = (u32) result;
  u32 id_offset = find_id_offset(self, count);
  if (id_offset == THREAD_RECORD_BYTES) {
    go_on();
    result = -ENOSYS;
    goto out;
  }
  state.id_offset = id_offset;
  if (!mark_dropped(count) || holds_lock(count)) {
    go_on();
    result = -EBUSY;
    goto out;
  }
  mark_deferred(count);
  result = CALL(SYS_clone, (flags & ~OF_PROGRAM) | CLONE_CHILD_SETTID | CLONE_CHILD_CLEARTID, 0, 0,
      thread_local_memory() + id_offset);
  if (result != 0) {
    go_on();
    goto out;
  }
  separate_files(!(flags & OF_PROGRAM));
  state.stopping = 0;
  state.round++;
  for (u32 i = 0; i < count; i++) {
    struct thread *thread = &state.threads[i];
    if (thread->fate == IS_DEFERRED) {
      state.deferred[state.deferred_count++] = *thread;
    } else if (thread->fate == GOES_ON && revive_with_priority(thread, id_offset) < 0) {
      CALL(SYS_exit_group, NO_THREADS, 0, 0, 0);
    }
  }
  if (state.deferred_count
      && !(start_timer(signal, CLOCK_PROCESS_CPUTIME_ID, 0, COMPILERS_AFTER_NANOSECONDS)
           && start_timer(signal, CLOCK_MONOTONIC, COMPILERS_AFTER_SECONDS, 0))) {
    revive_deferred();
  }
out:
  CALL(SYS_rt_sigprocmask, SIG_SETMASK, &mask, 0, 8);
  return result;
}
