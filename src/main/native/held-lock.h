/*
 * How a recursive lock of the C library's own looks that is held; pthread_create takes one. It knows
 * its owner by his id. In a copy of the process threads have other ids, and no thread would unlock it.
 */
#ifndef POLYPROC_HELD_LOCK_H
#define POLYPROC_HELD_LOCK_H

/* The kind of a lock: PTHREAD_MUTEX_RECURSIVE_NP. */
enum { RECURSIVE = 1, MOST_TIMES_LOCKED = 1000 };

/* It begins: lock, count, owner, users, kind. */
enum { HELD_LOCK_WORDS = 5 };

/*
 * Whether there is one. Between the locks are pointers, whose upper half may be any thread's id: so
 * all of it has to be as in a lock.
 */
static inline int is_held(const int *lock) {
  return (lock[0] == 1 || lock[0] == 2) && lock[1] > 0 && lock[1] <= MOST_TIMES_LOCKED && lock[3] == 1
      && lock[4] == RECURSIVE;
}

static inline int owner_of(const int *lock) {
  return lock[2];
}

#endif
