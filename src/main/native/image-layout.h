/*
 * The layout of a process's image on disk, and of what the process restored from it is told. The
 * one place for both: dump-x86_64.c writes it, restore-x86_64.c reads it, io.polyproc.hotspot.ImageLayout
 * has the offsets that Java needs.
 *
 *      0  +--------------------------------------------------+
 *         | struct image_header                              |  written last, with a checksum
 *   8192  +--------------------------------------------------+
 *         | pages of memory, in the order of their addresses |  holes where they are zero
 *         |                                                  |
 * tables  +--------------------------------------------------+  at a multiple of the page size
 *         | threads, mappings, runs, descriptors, files      |  arrays of the structs below
 *         | strings                                          |  each ends with a zero byte
 *         +--------------------------------------------------+  file_bytes
 *
 * The tables end the file, so that a file that was cut has another length than its header says.
 * A file whose writing failed has a struct image_failure in place of the header.
 */
#ifndef POLYPROC_IMAGE_LAYOUT_H
#define POLYPROC_IMAGE_LAYOUT_H

#include "kernel.h"

#define IMAGE_MAGIC 0x4547414d49505050UL /* "PPPIMAGE" */

/* Changes with every change in this file. */
enum { IMAGE_VERSION = 3 };

enum { HEADER_BYTES = 8192 };

/*
 * The addresses that belong to the code that writes or restores an image: no mapping of a process that has
 * an image may be there. They are far from where Linux puts anything by itself.
 */
#define OWN_FROM 0x600000000000UL
#define SCRATCH_FROM 0x610000000000UL
#define OWN_TO 0x620000000000UL
#define LOWEST_ADDRESS 0x10000UL
#define HIGHEST_ADDRESS 0x7ffffffff000UL

/*
 * The names of the variables that the JVM, the C library or Python read when they start, each ended by
 * a newline; NAME* stands for all that begin so. Each set of their values has an image of its own.
 * io.polyproc.hotspot.ImageKey has the same list.
 */
#define IMAGE_VARIABLES                                                                             \
  "PYTHON*\nLC_*\nLD_*\nMALLOC_*\nGLIBC_TUNABLES\nLANG\nLANGUAGE\nLOCPATH\nTZ\nTZDIR\nHOME\n"             \
  "XDG_CACHE_HOME\nJAVA_TOOL_OPTIONS\nJDK_JAVA_OPTIONS\n_JAVA_OPTIONS\nPOLYPROC_CACHE\n"             \
  "POLYPROC_DEBUG\nPOLYPROC_JAVA_OPTS\nPOLYPROC_SITE\n"

/* Ends an image's name, after a dash and the HASH_DIGITS of what is_for() it. */
#define IMAGE_SUFFIX ".img"

enum { HASH_DIGITS = 16 };

enum { CPU_WORDS = 16, NAME_FIELD_BYTES = 65, NAME_FIELDS = 4, AUXILIARY_BYTES = 512 };

/* Where a table is: its offset from the beginning of the tables, and how many entries it has. */
struct image_table {
  u64 offset, count;
};

/* What prctl(PR_SET_MM_MAP) takes, up to the auxiliary vector. */
struct image_memory_map {
  u64 start_code, end_code, start_data, end_data, start_brk, brk, start_stack;
  u64 arg_start, arg_end, env_start, env_end;
};

struct image_header {
  u64 magic;
  u32 version, header_bytes;
  u64 checksum;           /* of the header, with this field zero, and of the tables */
  u64 file_bytes;
  u64 modified;           /* the file's time of modification, in seconds: any change changes it */
  u64 tables_from, tables_bytes;
  struct image_table threads, mappings, runs, descriptors, files, strings;
  u32 user;               /* whose process it was, and whose the file must be */
  int leader;             /* the id of the thread that was the process's first one */
  int leader_nice;
  int highest_descriptor;
  u64 clock;              /* CLOCK_MONOTONIC when it was written, in nanoseconds */
  u64 memory;             /* bytes that the process could have: the heap's limit depends on it */
  u64 code_hash;          /* of the kernel's code in the process, [vdso] */
  u64 id_offset;          /* of a thread's id from its thread-local memory */
  u64 rseq_offset;        /* of what rseq(2) registers from there */
  u64 rseq_bytes;         /* 0: the C library has registered nothing */
  u64 resumed;            /* the address where the restored process looks for a struct resumption * */
  u64 names;              /* a string: names of variables that matter, each ended by a newline */
  u64 variables;          /* a string: those that were set, as NAME=value, each ended by \1 */
  u32 cpu[CPU_WORDS];
  char kernel[NAME_FIELDS][NAME_FIELD_BYTES]; /* of uname: system, release, version, machine */
  struct image_memory_map memory_map;
  u64 auxiliary_bytes;
  char auxiliary[AUXILIARY_BYTES];
  struct kernel_sigaction actions[HIGHEST_SIGNAL];
};
_Static_assert(sizeof(struct image_header) <= HEADER_BYTES, "the header has no room");

struct image_thread {
  u64 context, local, robust_list;
  int id, nice;
  char name[16];
};

/* What is at a mapping's addresses before the pages of the image are put there. */
enum mapping_kind {
  ANONYMOUS, /* zeros */
  FILE_BACKED, /* a private mapping of a file */
  KERNEL, /* [vdso] and [vvar]: every process has its own */
  STACK /* zeros, and it grows downwards */
};

struct image_mapping {
  u64 from, to;
  u64 offset;             /* in the file */
  u32 protection, kind;
  u32 file;               /* its index */
  u32 first_run, runs;
  u32 unused;
};

/* Successive pages of the image. */
struct image_run {
  u64 address, bytes, offset;
};

struct image_descriptor {
  int number, flags;
  u32 file;
  u32 close_on_exec;
  u64 position;
};

/* A file that must be as it was. */
struct image_file {
  u64 path; /* a string */
  u64 bytes, modified, modified_nanoseconds, inode;
};

/* What Java asks for: all pointers are addresses in its memory. */
struct image_request {
  u64 descriptor;         /* the file to write to, which is empty */
  u64 modified;           /* becomes the header's */
  u64 memory;             /* likewise */
  u64 locks, locks_end;   /* memory of the C library that has its own locks */
  u64 rseq_offset, rseq_bytes;
  u64 names, variables;   /* strings */
  u64 files, files_bytes; /* paths, each ended by a zero byte, of more files that must not change */
};

/* Why an image could not be written. */
enum image_failure_stage {
  NO_MEMORY = 1, NO_MAPS, NO_PAGE_MAP, NOT_WRITTEN, TOO_MANY, DESCRIPTOR_KIND, MAPPING_KIND,
  ADDRESS_TAKEN, NO_FILE
};

struct image_failure {
  u64 zero;               /* where the magic number would be */
  u64 stage, error, value;
  char text[256];
};

/* What a restored process is told. */
struct resumption {
  u64 ignored, blocked;   /* signals, as the process had them when it was started: bit 0 is signal 1 */
  u64 arguments, variables; /* how many strings follow, one behind the other */
  u64 bytes;              /* of this and the strings */
  u64 starts;             /* the address of the count below, which the process sets to 0; or 0 */
  u64 closed;             /* standard streams that were, where /dev/null is now: bit 0 is standard input */
};

/*
 * How often processes were restored in a row without one that has said that it is well: a word in a
 * file beside the image, IMAGE.starts, that all of them share. An image with which so many have
 * failed is refused until it is written anew.
 */
#define STARTS_SUFFIX ".starts"
enum { MAX_FAILED_STARTS = 16 };

/* FNV-1a, by words of 64 bits. */
static inline u64 hash_words(u64 hash, const void *memory, u64 bytes) {
  const u64 *words = memory;
  for (u64 i = 0; i < bytes / 8; i++) {
    hash = (hash ^ words[i]) * 0x100000001b3UL;
    hash ^= hash >> 29;
  }
  return hash;
}

#define HASH_START 0xcbf29ce484222325UL

/* What compiled code and saved registers depend on: features, and which of them are switched on. */
static inline void read_processor(u32 *words) {
  u32 a, b, c, d;
  asm volatile("cpuid" : "=a"(a), "=b"(b), "=c"(c), "=d"(d) : "a"(1), "c"(0));
  words[0] = a;
  words[1] = 0; /* the id of the core */
  words[2] = c;
  words[3] = d;
  asm volatile("cpuid" : "=a"(a), "=b"(b), "=c"(c), "=d"(d) : "a"(7), "c"(0));
  words[4] = a;
  words[5] = b;
  words[6] = c;
  words[7] = d;
  asm volatile("cpuid" : "=a"(a), "=b"(b), "=c"(c), "=d"(d) : "a"(13), "c"(0));
  words[8] = a;
  words[9] = b;
  words[10] = c;
  words[11] = d;
  asm volatile("cpuid" : "=a"(a), "=b"(b), "=c"(c), "=d"(d) : "a"(0x80000001), "c"(0));
  words[12] = c;
  words[13] = d;
  words[14] = 0;
  words[15] = 0;
  if (words[2] & 1u << 27) { /* OSXSAVE */
    asm volatile("xgetbv" : "=a"(a), "=d"(d) : "c"(0));
    words[14] = a;
    words[15] = d;
  }
}

#endif
