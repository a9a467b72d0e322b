/*
 * Brings all other threads of a process to a stop by a signal, which makes the kernel save the
 * registers of each on its own stack. What is noted of a thread is enough to make it anew, in a
 * fork or in another process that has the same memory: it returns from the signal and goes on.
 *
 * Everything here is static: a file that includes it has a state of its own.
 */
#ifndef POLYPROC_STOP_THREADS_H
#define POLYPROC_STOP_THREADS_H

#include "held-lock.h"
#include "kernel.h"

enum { MAX_THREADS = 512, DIRECTORY_BYTES = 16384, NAME_BYTES = 16 };

/* How long all threads may take to stop: 2 s, in steps of 50 µs. */
enum { STEP_NANOSECONDS = 50000, MAX_STEPS = 40000 };

/* The C library's record of a thread begins where its thread-local memory does, and holds its id. */
enum { THREAD_RECORD_BYTES = 2304 };

struct stopped_thread {
  u64 context;          /* its ucontext_t, to which rt_sigreturn returns */
  u64 local;            /* its thread-local memory */
  u64 robust_list;      /* see man 2 get_robust_list */
  int id;               /* 0 until the rest is written */
  int nice;
  char name[NAME_BYTES];
};

static struct {
  volatile u32 round;   /* stopped threads wait for it to change */
  volatile u32 arrived;
  struct stopped_thread threads[MAX_THREADS];
  char directory[DIRECTORY_BYTES];
} stopping;

static inline char *thread_local_memory(void) {
  char *address;
  asm volatile("mov %%fs:0, %0" : "=r"(address));
  return address;
}

/* Notes the calling thread, which is in a signal's handler. */
static void note_thread(struct stopped_thread *self, void *context) {
  u64 length;
  self->context = (u64) context;
  self->local = (u64) thread_local_memory();
  CALL(SYS_prctl, PR_GET_NAME, self->name, 0, 0);
  CALL(SYS_get_robust_list, 0, &self->robust_list, &length, 0);
  /* The system call returns 20 - nice, so that no error looks like a value. */
  self->nice = 20 - (int) CALL(SYS_getpriority, 0, 0, 0, 0);
  __atomic_store_n(&self->id, (int) CALL(SYS_gettid, 0, 0, 0, 0), __ATOMIC_SEQ_CST);
}

/* Runs in each thread that is to stop: tells where it is, and waits. */
__attribute__((used))
static void stop(int signal, void *info, void *context) {
  u32 round = stopping.round;
  u32 index = __atomic_fetch_add(&stopping.arrived, 1, __ATOMIC_SEQ_CST);
  if (index < MAX_THREADS) {
    note_thread(&stopping.threads[index], context);
  }
  while (stopping.round == round) {
    CALL(SYS_futex, &stopping.round, FUTEX_WAIT_PRIVATE, round, 0);
  }
}

static void let_go_on(void) {
  __atomic_fetch_add(&stopping.round, 1, __ATOMIC_SEQ_CST);
  CALL(SYS_futex, &stopping.round, FUTEX_WAKE_PRIVATE, 0x7fffffff, 0);
}

static int has_stopped(int id, u32 arrived) {
  for (u32 i = 0; i < arrived && i < MAX_THREADS; i++) {
    if (__atomic_load_n(&stopping.threads[i].id, __ATOMIC_SEQ_CST) == id) {
      return 1;
    }
  }
  return 0;
}

/* Whether a stopped thread holds a lock of the C library's own. */
static int holds_lock(const int *locks, const int *locks_end, u32 arrived) {
  for (const int *lock = locks; lock + HELD_LOCK_WORDS <= locks_end; lock += 2) {
    if (is_held(lock) && has_stopped(owner_of(lock), arrived)) {
      return 1;
    }
  }
  return 0;
}

/* The number of the next entry, from `*at` on, that is one; -1 at the end of what was read. */
static int next_number(long length, long *at) {
  while (*at < length) {
    char *entry = stopping.directory + *at;
    *at += *(u16 *) (entry + 16);
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
  int signalled[MAX_THREADS];
  u32 count = 0;
  for (int i = 0; i < MAX_THREADS; i++) {
    stopping.threads[i].id = 0;
  }
  stopping.arrived = 0;
  for (int step = 0; step < MAX_STEPS; step++) {
    int missing = 0;
    u32 arrived = __atomic_load_n(&stopping.arrived, __ATOMIC_SEQ_CST);
    if (arrived >= MAX_THREADS) {
      return -EAGAIN;
    }
    long directory = CALL(SYS_open, "/proc/self/task", O_DIRECTORY | O_CLOEXEC, 0, 0);
    if (directory < 0) {
      return directory;
    }
    long length;
    while ((length = CALL(SYS_getdents64, directory, stopping.directory, DIRECTORY_BYTES, 0)) > 0) {
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
        if (i == count && count < MAX_THREADS) {
          signalled[count++] = id;
          CALL(SYS_tgkill, process, id, signal, 0);
        }
      }
    }
    CALL(SYS_close, directory, 0, 0, 0);
    if (!missing) {
      return arrived;
    }
    long time[2] = {0, STEP_NANOSECONDS};
    CALL(SYS_nanosleep, time, 0, 0, 0);
  }
  return -ETIMEDOUT;
}

/*
 * Where in its record the C library keeps a thread's id: the offset from its thread-local memory,
 * at which the caller and each stopped thread has its own; another number may happen to be one
 * thread's. THREAD_RECORD_BYTES if there is none.
 */
static u32 find_id_offset(int self, u32 count) {
  const char *record = thread_local_memory();
  for (u32 offset = 0; offset < THREAD_RECORD_BYTES; offset += 4) {
    u32 same = 0;
    if (*(const int *) (record + offset) == self) {
      while (same < count && *(int *) (stopping.threads[same].local + offset) == stopping.threads[same].id) {
        same++;
      }
      if (same == count) {
        return offset;
      }
    }
  }
  return THREAD_RECORD_BYTES;
}

#endif
