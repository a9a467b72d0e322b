/*
 * Becomes the process whose image is in a file: Linux on x86-64.
 *
 *   restore STEM COMMAND [ARGUMENT…]   be that process; if the image does not fit, run COMMAND with
 *                                      the arguments, without a word
 *   restore --path STEM                say on standard output which file it is
 *   restore --check STEM               say there why the image does not fit. Exit with 1 if a new one
 *                                      would, with 3 if not: it is because of this process, or the kernel
 *
 * The file is STEM-HASH.img, where HASH is of the kernel's name and of the variables that matter; or
 * STEM itself, if it ends with .img.
 *
 * The process keeps what its parent gave it: its id, parent, group, session, terminal,
 * folder, umask, limits and descriptors. Memory, threads and the actions of signals are the image's.
 * Arguments and variables are handed over in a struct resumption.
 *
 * Memory is mapped from the file, privately: a page is read when it is used, shared with all other
 * processes of the same image, and copied when it is written to.
 *
 * An image may be refused, never wrong: whatever is not as it was when the image was written is a
 * reason to run COMMAND. That is possible until the first thread goes on.
 *
 * This is a static program without a C library, linked to addresses that no image uses (OWN_FROM).
 * It has its stack among its own data, and gives up all other memory that it was started with.
 */

#include "image-layout.h"
#include "kernel.h"

#define STRINGS_AT (OWN_FROM + 0x10000000UL)
#define TABLES_AT (OWN_FROM + 0x40000000UL)
#define PARKED_AT (OWN_FROM + 0x80000000UL)
#define STARTS_AT (OWN_FROM + 0xc0000000UL)

enum { STACK_BYTES = 65536, MAPS_BYTES = 65536, MAX_KERNEL_MAPPINGS = 8, PATH_BYTES = 4096 };
enum { CHECKED = 0, REFUSED = 1, USAGE = 2, UNFIT = 3, FAILED = 71 };
enum { RSEQ_SIGNATURE = 0x53053053 };

/* Memory may differ by a part of so much, as the kernel keeps more or less of it for itself. */
enum { MEMORY_TOLERANCE = 64 };

/* Where a ucontext_t has the mask of blocked signals. */
enum { CONTEXT_MASK = 296 };

struct range {
  u64 from, to;
};

__attribute__((used)) char stack[STACK_BYTES] __attribute__((aligned(64)));

static struct image_header header;
static long image = -1;           /* the file's descriptor */
static const char *tables;
static const char **arguments;    /* of this process, from argv[0] on */
static const char **variables;
static long argument_count;
static u64 former_mask;
static u64 ignored;
static u64 closed;                /* standard streams */
static struct range kernel_ranges[MAX_KERNEL_MAPPINGS];
static int kernel_range_count;
static u64 checksum;              /* the image's */
static u32 *starts;
static int has_begun;             /* whether this start counts */
static int is_check;
static int is_unfit;              /* whether a new image would be refused, too */
static int has_opened;            /* whether the process's descriptors have been opened */
static int has_streams;           /* whether something is open in the place of those */
static int has_actions;           /* whether its signals have their actions */
static char maps[MAPS_BYTES];
static char path[PATH_BYTES];
static char image_name[PATH_BYTES];

/* What the assembly code below reads. */
__attribute__((used)) volatile u32 gate;
__attribute__((used)) u64 rseq_bytes;

/* --- The end of an attempt ---------------------------------------------------------------------- */

static void say(const char *text) {
  CALL(SYS_write, 1, text, text_length(text), 0);
}

/* Closes what was opened for the process, which COMMAND must not have. */
static void close_opened(void) {
  const struct image_descriptor *descriptors =
      (const struct image_descriptor *) (tables + header.descriptors.offset);
  for (u64 i = 0; tables && i < header.descriptors.count; i++) {
    CALL(SYS_close, descriptors[i].number, 0, 0, 0);
  }
}

/* Runs COMMAND instead, or says why it would. */
static void refuse(const char *reason, const char *more) {
  if (is_check) {
    say(reason);
    say(more);
    say("\n");
    CALL(SYS_exit_group, is_unfit ? UNFIT : REFUSED, 0, 0, 0);
  }
  if (has_opened) {
    close_opened();
  }
  for (int stream = 0; has_streams && stream <= 2; stream++) {
    if (closed >> stream & 1) {
      CALL(SYS_close, stream, 0, 0, 0);
    }
  }
  if (has_begun && starts) { /* it has not failed: it is not tried */
    __atomic_fetch_sub(starts, 1, __ATOMIC_RELAXED);
  }
  if (has_actions) { /* what the image ignores would stay ignored */
    for (int signal = 1; signal <= HIGHEST_SIGNAL; signal++) {
      struct kernel_sigaction action = {ignored >> (signal - 1) & 1 ? SIG_IGN : SIG_DFL, 0, 0, 0};
      CALL(SYS_rt_sigaction, signal, &action, 0, 8);
    }
  }
  CALL(SYS_rt_sigprocmask, SIG_SETMASK, &former_mask, 0, 8);
  CALL(SYS_execve, arguments[2], arguments + 2, variables, 0);
  CALL(SYS_exit_group, FAILED, 0, 0, 0);
}

/* A reason that is no fault of the image's. */
static void refuse_all(const char *reason) {
  is_unfit = 1;
  refuse(reason, "");
}

/* --- Which image ---------------------------------------------------------------------------------- */

/* Whether the name of a variable NAME=value is among these, each ended by a newline; NAME* stands for many. */
static int matters(const char *name, const char *variable) {
  while (*name) {
    const char *at = variable;
    while (*name != '\n' && *name != '*' && *name == *at) {
      name++;
      at++;
    }
    if (*name == '*' || (*name == '\n' && *at == '=')) {
      return 1;
    }
    while (*name++ != '\n') {
    }
  }
  return 0;
}

/* FNV-1a. */
static u64 hash_text(u64 hash, const char *text) {
  for (; *text; text++) {
    hash = (hash ^ (u8) *text) * 0x100000001b3UL;
  }
  return hash;
}

static u64 hash_surroundings(void) {
  static char names[6 * NAME_FIELD_BYTES];
  u64 sum = 0; /* whatever the order of variables */
  CALL(SYS_uname, names, 0, 0, 0);
  for (const char **variable = variables; *variable; variable++) {
    if (matters(IMAGE_VARIABLES, *variable)) {
      sum += hash_text(HASH_START, *variable);
    }
  }
  return hash_text(hash_text(sum ^ HASH_START, names + 2 * NAME_FIELD_BYTES), names + 3 * NAME_FIELD_BYTES);
}

/* Puts the name of the image into image_name. */
static void find_image(const char *stem) {
  u64 length = text_length(stem);
  u64 hash = hash_surroundings();
  if (length + HASH_DIGITS + sizeof "-" IMAGE_SUFFIX STARTS_SUFFIX > PATH_BYTES) {
    refuse("the image's path is too long", "");
  }
  for (u64 i = 0; i < length; i++) {
    image_name[i] = stem[i];
  }
  if (length >= text_length(IMAGE_SUFFIX) && same_text(stem + length - text_length(IMAGE_SUFFIX), IMAGE_SUFFIX)) {
    return;
  }
  image_name[length++] = '-';
  for (int digit = HASH_DIGITS - 1; digit >= 0; digit--) {
    image_name[length++] = "0123456789abcdef"[hash >> (4 * digit) & 15];
  }
  for (const char *at = IMAGE_SUFFIX; *at; at++) {
    image_name[length++] = *at;
  }
}

/* --- Whether the image fits --------------------------------------------------------------------- */

static const char *string(u64 at) {
  return tables + header.strings.offset + at;
}

static void open_image(const char *name) {
  struct file_status status;
  image = CALL(SYS_open, name, O_RDONLY | O_NOFOLLOW | O_CLOEXEC, 0, 0);
  if (image < 0) {
    refuse("there is no image that can be read", "");
  }
  if (CALL(SYS_fstat, image, &status, 0, 0) != 0 || (status.mode & S_IFMT) != S_IFREG) {
    refuse("the image is not a plain file", "");
  }
  if (status.user != (u32) CALL(SYS_geteuid, 0, 0, 0, 0)
      || status.user != (u32) CALL(SYS_getuid, 0, 0, 0, 0)) {
    refuse("the image is another user's file", "");
  }
  if (status.mode & 077) {
    refuse("the image is not its owner's alone: its mode must be 0600", "");
  }
  if (CALL(SYS_pread64, image, &header, sizeof header, 0) != sizeof header
      || header.magic != IMAGE_MAGIC) {
    refuse("the file is not an image, or its writing did not end", "");
  }
  if (header.version != IMAGE_VERSION || header.header_bytes != sizeof header) {
    refuse("the image has the layout of another version", "");
  }
  if (header.file_bytes != status.size || header.tables_from % PAGE_BYTES != 0
      || header.tables_from + header.tables_bytes != status.size
      || header.tables_bytes > PARKED_AT - TABLES_AT) {
    refuse("the image was cut, or something was added", "");
  }
  if (header.modified != status.modified || status.modified_nanoseconds != 0) {
    refuse("the image was changed after it was written", "");
  }
  if (header.user != status.user) {
    refuse("the image is of another user's process", "");
  }
}

static int is_within(const struct image_table *table, u64 entry_bytes) {
  return table->offset <= header.tables_bytes
      && table->count <= (header.tables_bytes - table->offset) / entry_bytes;
}

static void map_tables(void) {
  long mapped = CALL6(SYS_mmap, TABLES_AT, header.tables_bytes, PROT_READ,
      MAP_PRIVATE | MAP_FIXED_NOREPLACE, image, header.tables_from);
  if (mapped != (long) TABLES_AT) {
    refuse("the image cannot be mapped", "");
  }
  if (!is_within(&header.threads, sizeof(struct image_thread))
      || !is_within(&header.mappings, sizeof(struct image_mapping))
      || !is_within(&header.runs, sizeof(struct image_run))
      || !is_within(&header.descriptors, sizeof(struct image_descriptor))
      || !is_within(&header.files, sizeof(struct image_file)) || !is_within(&header.strings, 1)) {
    refuse("the image is damaged", "");
  }
  tables = (const char *) TABLES_AT;
  checksum = header.checksum;
  header.checksum = 0;
  u64 hash = hash_words(HASH_START, tables, header.tables_bytes);
  if (hash_words(hash, &header, sizeof header) != checksum) {
    tables = 0;
    refuse("the image is damaged: its checksum is another one", "");
  }
}

static void check_kernel(void) {
  static char names[6 * NAME_FIELD_BYTES];
  CALL(SYS_uname, names, 0, 0, 0);
  for (int field = 0; field < NAME_FIELDS; field++) {
    if (!same_text(names + (field == 0 ? 0 : field + 1) * NAME_FIELD_BYTES, header.kernel[field])) {
      refuse("it was made with another kernel: ", header.kernel[field]);
    }
  }
  u32 cpu[CPU_WORDS];
  read_processor(cpu);
  for (int i = 0; i < CPU_WORDS; i++) {
    if (cpu[i] != header.cpu[i]) {
      refuse("it was made on another processor", "");
    }
  }
  /* Deadlines in the image are of a clock that begins anew with each boot. */
  if (monotonic_nanoseconds() < header.clock) {
    refuse("the machine was booted after it was made, and its clock is behind", "");
  }
}

/* Whether a variable is the one at `known`, which ends with 1, with the same value. */
static int is_known(const char *known, const char *variable) {
  while (*known != 1 && *known == *variable) {
    known++;
    variable++;
  }
  return *known == 1 && *variable == 0;
}

static const char *next_known(const char *known) {
  while (*known++ != 1) {
  }
  return known;
}

/* Whether a variable was set, and to the same, in the process that was written. */
static int was_set(const char *variable) {
  for (const char *known = string(header.variables); *known; known = next_known(known)) {
    if (is_known(known, variable)) {
      return 1;
    }
  }
  return 0;
}

static void check_variables(void) {
  for (const char **variable = variables; *variable; variable++) {
    if (matters(string(header.names), *variable) && !was_set(*variable)) {
      refuse("a variable has another value than when it was made: ", *variable);
    }
  }
  for (const char *known = string(header.variables); *known; known = next_known(known)) {
    const char **variable = variables;
    while (*variable && !is_known(known, *variable)) {
      variable++;
    }
    if (!*variable) {
      refuse("a variable is missing that was set when it was made: ", known);
    }
  }
}

static void append(u64 *length, const char *text) {
  while (*text && *length + 1 < PATH_BYTES) {
    path[(*length)++] = *text++;
  }
  path[*length] = 0;
}

/* The limit in a control group's file; ~0 if there is none. */
static u64 read_limit(void) {
  static char text[64];
  u64 value = 0;
  if (read_all(path, text, sizeof text) <= 0 || text[0] < '0' || text[0] > '9') {
    return ~0UL;
  }
  for (const char *digit = text; *digit >= '0' && *digit <= '9'; digit++) {
    value = value * 10 + (u64) (*digit - '0');
  }
  return value;
}

/* The strictest limit of a group and those around it. Both texts end where the line does. */
static u64 group_limit(const char *mount, char *group, const char *file) {
  u64 limit = ~0UL;
  u64 end = text_length(group);
  for (;;) {
    group[end] = 0;
    u64 length = 0;
    append(&length, mount);
    append(&length, group);
    append(&length, file);
    u64 value = read_limit();
    limit = value < limit ? value : limit;
    if (end == 0) {
      return limit;
    }
    do {
      end--;
    } while (end > 0 && group[end] != '/');
  }
}

/* Whether a list of a group's controllers has memory; version 2 of control groups names none. */
static int limits_memory(const char *controllers) {
  for (const char *at = controllers; *at;) {
    if (starts_with(at, "memory") && (at[6] == ',' || at[6] == 0)) {
      return 1;
    }
    while (*at && *at++ != ',') {
    }
  }
  return 0;
}

/* The bytes of memory that this process can have, as io.polyproc.posix.Memory finds them. */
static u64 available_memory(void) {
  static struct {
    long uptime;
    u64 loads[3], total, rest[5];
    u16 processes, unused[3];
    u64 more[2];
    u32 unit;
    char padding[64];
  } system;
  CALL(SYS_sysinfo, &system, 0, 0, 0);
  u64 memory = system.total * system.unit;
  long length = read_all("/proc/self/cgroup", maps, MAPS_BYTES);
  for (char *line = maps; length > 0 && *line;) {
    char *end = line;
    while (*end && *end != '\n') {
      end++;
    }
    char *next = *end ? end + 1 : end;
    *end = 0;
    char *controllers = line;
    while (*controllers && *controllers++ != ':') {
    }
    char *group = controllers;
    while (*group && *group != ':') {
      group++;
    }
    if (*group) {
      *group++ = 0;
      u64 limit = *controllers == 0 ? group_limit("/sys/fs/cgroup", group, "/memory.max")
          : limits_memory(controllers)
          ? group_limit("/sys/fs/cgroup/memory", group, "/memory.limit_in_bytes")
          : ~0UL;
      memory = limit < memory ? limit : memory;
    }
    line = next;
  }
  return memory;
}

static void check_memory(void) {
  u64 memory = available_memory();
  u64 difference = memory > header.memory ? memory - header.memory : header.memory - memory;
  if (difference > header.memory / MEMORY_TOLERANCE) {
    refuse_all("the process may have more or less memory than when it was made");
  }
}

static int is_as_it_was(const struct image_file *file, const struct file_status *status) {
  return status->size == file->bytes && status->inode == file->inode
      && status->modified == file->modified
      && status->modified_nanoseconds == file->modified_nanoseconds;
}

static const struct image_file *file_at(u32 index) {
  return (const struct image_file *) (tables + header.files.offset) + index;
}

static void check_files(void) {
  for (u64 i = 0; i < header.files.count; i++) {
    struct file_status status;
    const struct image_file *file = file_at((u32) i);
    long result = CALL(SYS_stat, string(file->path), &status, 0, 0);
    int was_there = file->inode != 0;
    if (result == 0 ? !was_there || !is_as_it_was(file, &status) : was_there || result != -ENOENT) {
      refuse("a file is not what it was: ", string(file->path));
    }
  }
}

static void check_descriptors(void) {
  u64 limit[2];
  const struct image_descriptor *descriptors =
      (const struct image_descriptor *) (tables + header.descriptors.offset);
  for (u64 i = 0; i < header.descriptors.count; i++) {
    if (descriptors[i].number != image /* which moves */
        && CALL(SYS_fcntl, descriptors[i].number, F_GETFD, 0, 0) != -EBADF) {
      refuse_all("a descriptor is in use that the process has for itself");
    }
  }
  CALL(SYS_getrlimit, RLIMIT_NOFILE, limit, 0, 0);
  if (limit[1] < (u64) header.highest_descriptor + 2) {
    refuse_all("too few descriptors are allowed (ulimit -Hn)");
  }
}

static const struct image_mapping *mapping_at(u64 index) {
  return (const struct image_mapping *) (tables + header.mappings.offset) + index;
}

/* Finds the kernel's code and data in this process, and compares with where the image had them. */
static void check_kernel_mappings(void) {
  if (read_all("/proc/self/maps", maps, MAPS_BYTES) <= 0) {
    refuse("/proc cannot be read", "");
  }
  for (const char *at = maps; *at;) {
    struct range range;
    int is_kernel = 0;
    int is_code = 0;
    range.from = hexadecimal(&at);
    at++;
    range.to = hexadecimal(&at);
    for (; *at && *at != '\n'; at++) {
      is_code |= starts_with(at, "[vdso]");
      is_kernel |= starts_with(at, "[vdso]") || starts_with(at, "[vvar");
    }
    at += *at != 0;
    if (is_kernel) {
      if (kernel_range_count == MAX_KERNEL_MAPPINGS) {
        refuse_all("the kernel maps more into a process than is known");
      }
      kernel_ranges[kernel_range_count++] = range;
    }
    if (is_code && hash_words(HASH_START, (void *) range.from, range.to - range.from) != header.code_hash) {
      refuse("the kernel's code in a process is another one", "");
    }
  }
  u64 first = 0;
  int count = 0;
  for (u64 i = 0; i < header.mappings.count; i++) {
    const struct image_mapping *mapping = mapping_at(i);
    if (mapping->kind != KERNEL) {
      continue;
    }
    first = count == 0 ? mapping->from : first;
    if (count == kernel_range_count
        || mapping->to - mapping->from != kernel_ranges[count].to - kernel_ranges[count].from
        || mapping->from - first != kernel_ranges[count].from - kernel_ranges[0].from) {
      refuse("the kernel maps other things into a process", "");
    }
    count++;
  }
  if (count != kernel_range_count) {
    refuse("the kernel maps other things into a process", "");
  }
}

/* Maps the count of starts, if there is one that can be written to. */
static void check_starts(void) {
  struct file_status status;
  u64 length = 0;
  append(&length, image_name);
  append(&length, STARTS_SUFFIX);
  long file = CALL(SYS_open, path, O_RDWR | O_NOFOLLOW | O_CLOEXEC, 0, 0);
  if (file < 0) {
    return;
  }
  if (CALL(SYS_fstat, file, &status, 0, 0) == 0 && status.size >= PAGE_BYTES
      && CALL6(SYS_mmap, STARTS_AT, PAGE_BYTES, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_FIXED_NOREPLACE, file, 0)
          == STARTS_AT) {
    starts = (u32 *) STARTS_AT;
  }
  CALL(SYS_close, file, 0, 0, 0);
  if (starts && __atomic_load_n(starts, __ATOMIC_RELAXED) >= MAX_FAILED_STARTS) {
    refuse("the processes that were restored from it have failed", "");
  }
}

static void check(void) {
  u32 size = 0;
  map_tables();
  check_kernel();
  check_variables();
  check_memory();
  check_files();
  check_descriptors();
  check_kernel_mappings();
  if (CALL6(SYS_prctl, PR_SET_MM, PR_SET_MM_MAP_SIZE, &size, 0, 0, 0) != 0
      || size != sizeof(struct image_memory_map) + 16) {
    refuse_all("the kernel does not let a process say where its memory is (CONFIG_CHECKPOINT_RESTORE)");
  }
}

/* --- Becoming the process ----------------------------------------------------------------------- */

/* Moves arguments and variables out of the stack that is given up, into a struct resumption. */
static struct resumption *keep_strings(void) {
  u64 bytes = sizeof(struct resumption);
  u64 count = 0;
  for (const char **text = arguments; *text; text++) {
    bytes += text_length(*text) + 1;
  }
  for (const char **text = variables; *text; text++, count++) {
    bytes += text_length(*text) + 1;
  }
  u64 pointers = ((u64) argument_count + count + 4) * sizeof(char *);
  bytes = (bytes + 15) & ~15UL;
  long memory = CALL6(SYS_mmap, STRINGS_AT, bytes + pointers, PROT_READ | PROT_WRITE,
      MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED_NOREPLACE, -1, 0);
  if (memory != (long) STRINGS_AT) {
    refuse("there is no memory for the arguments", "");
  }
  struct resumption *resumption = (struct resumption *) STRINGS_AT;
  char *at = (char *) (resumption + 1);
  const char **pointer = (const char **) (STRINGS_AT + bytes);
  const char **lists[2] = {arguments, variables};
  const char **moved[2];
  for (int list = 0; list < 2; list++) {
    moved[list] = pointer;
    for (const char **text = lists[list]; *text; text++) {
      *pointer++ = at;
      for (const char *from = *text;; from++) {
        *at++ = *from;
        if (!*from) {
          break;
        }
      }
    }
    *pointer++ = 0;
  }
  arguments = moved[0];
  variables = moved[1];
  resumption->arguments = (u64) argument_count;
  resumption->variables = count;
  resumption->bytes = bytes;
  resumption->ignored = ignored;
  resumption->blocked = former_mask;
  return resumption;
}

static void move(u64 from, u64 to, u64 bytes) {
  long result = CALL6(SYS_mremap, from, bytes, bytes, MREMAP_MAYMOVE | MREMAP_FIXED, to, 0);
  if (is_error(result)) {
    refuse("the kernel does not let its own mappings be moved", "");
  }
}

/* Moves the kernel's mappings out of the way, and then to where the image has them. */
static void park_kernel_mappings(void) {
  for (int i = 0; i < kernel_range_count; i++) {
    struct range *range = &kernel_ranges[i];
    u64 parked = PARKED_AT + (range->from - kernel_ranges[0].from);
    if (i > 0) {
      move(range->from, parked, range->to - range->from);
    }
  }
  u64 first = kernel_ranges[0].from;
  move(first, PARKED_AT, kernel_ranges[0].to - first);
  for (int i = 0; i < kernel_range_count; i++) {
    kernel_ranges[i].from += PARKED_AT - first;
    kernel_ranges[i].to += PARKED_AT - first;
  }
}

static void return_kernel_mappings(void) {
  int next = 0;
  for (u64 i = 0; i < header.mappings.count; i++) {
    const struct image_mapping *mapping = mapping_at(i);
    if (mapping->kind == KERNEL) {
      move(kernel_ranges[next].from, mapping->from, mapping->to - mapping->from);
      next++;
    }
  }
}

static long open_file(u32 index, int flags) {
  struct file_status status;
  const struct image_file *file = file_at(index);
  long opened = CALL(SYS_open, string(file->path), flags | O_CLOEXEC, 0, 0);
  if (opened < 0 || CALL(SYS_fstat, opened, &status, 0, 0) != 0 || !is_as_it_was(file, &status)) {
    refuse("a file is not what it was: ", string(file->path));
  }
  return opened;
}

static void read_pages(const struct image_run *run) {
  for (u64 done = 0; done < run->bytes;) {
    long read = CALL(SYS_pread64, image, run->address + done, run->bytes - done, run->offset + done);
    if (read <= 0) {
      refuse("the image cannot be read", "");
    }
    done += (u64) read;
  }
}

static void map_at(u64 address, u64 bytes, u32 protection, int flags, long file, u64 offset) {
  long result = CALL6(SYS_mmap, address, bytes, protection,
      flags | MAP_PRIVATE | MAP_FIXED_NOREPLACE | MAP_NORESERVE, file, offset);
  if (result != (long) address) {
    refuse("memory cannot be mapped", "");
  }
}

static void map_run(const struct image_mapping *mapping, const struct image_run *run) {
  long result = CALL6(SYS_mmap, run->address, run->bytes, mapping->protection,
      MAP_PRIVATE | MAP_FIXED | MAP_NORESERVE, image, run->offset);
  if (result == -EPERM && (mapping->protection & PROT_EXEC)) {
    /* The image's file system allows no code: it is copied. */
    result = CALL6(SYS_mmap, run->address, run->bytes, PROT_READ | PROT_WRITE,
        MAP_PRIVATE | MAP_FIXED | MAP_NORESERVE | MAP_ANONYMOUS, -1, 0);
    if (result == (long) run->address) {
      read_pages(run);
      if (CALL(SYS_mprotect, run->address, run->bytes, mapping->protection, 0) != 0) {
        refuse("code in memory is not allowed", "");
      }
    }
  }
  if (result != (long) run->address) {
    refuse("memory cannot be mapped", "");
  }
}

static void map_memory(void) {
  const struct image_run *runs = (const struct image_run *) (tables + header.runs.offset);
  long file = -1;
  u32 opened = 0;
  for (u64 i = 0; i < header.mappings.count; i++) {
    const struct image_mapping *mapping = mapping_at(i);
    u64 bytes = mapping->to - mapping->from;
    if (mapping->kind == KERNEL) {
      continue;
    }
    if (mapping->from < LOWEST_ADDRESS || mapping->to > HIGHEST_ADDRESS
        || (u64) mapping->first_run + mapping->runs > header.runs.count) {
      refuse("the image is damaged", "");
    }
    if (mapping->kind == FILE_BACKED) {
      if (file < 0 || opened != mapping->file) {
        if (file >= 0) {
          CALL(SYS_close, file, 0, 0, 0);
        }
        file = open_file(mapping->file, O_RDONLY);
        opened = mapping->file;
      }
      map_at(mapping->from, bytes, mapping->protection, 0, file, mapping->offset);
    } else {
      map_at(mapping->from, bytes, mapping->kind == STACK ? PROT_READ | PROT_WRITE : mapping->protection,
          MAP_ANONYMOUS | (mapping->kind == STACK ? MAP_GROWSDOWN : 0), -1, 0);
    }
    for (u32 r = 0; r < mapping->runs; r++) {
      const struct image_run *run = &runs[mapping->first_run + r];
      if (run->address < mapping->from || run->address + run->bytes > mapping->to) {
        refuse("the image is damaged", "");
      }
      if (mapping->kind == STACK) {
        read_pages(run); /* the kernel reads the command line here, which must be in memory */
      } else {
        map_run(mapping, run);
      }
    }
    if (mapping->kind == STACK && mapping->protection != (PROT_READ | PROT_WRITE)) {
      CALL(SYS_mprotect, mapping->from, bytes, mapping->protection, 0);
    }
  }
  if (file >= 0) {
    CALL(SYS_close, file, 0, 0, 0);
  }
}

/* Puts the image's file where no descriptor of the process will be. */
static void move_image(void) {
  long moved = CALL(SYS_fcntl, image, F_DUPFD_CLOEXEC, header.highest_descriptor + 1, 0);
  if (moved < 0) {
    refuse("too few descriptors are allowed", "");
  }
  CALL(SYS_close, image, 0, 0, 0);
  image = moved;
}

/* Opens something in the place of a stream that is closed, or the first file of a process would take it. */
static void fill_streams(void) {
  has_streams = 1;
  for (int stream = 0; stream <= 2; stream++) {
    if (closed >> stream & 1) {
      CALL(SYS_open, "/dev/null", O_RDWR, 0, 0); /* takes the lowest number */
    }
  }
}

static void open_descriptors(void) {
  const struct image_descriptor *descriptors =
      (const struct image_descriptor *) (tables + header.descriptors.offset);
  has_opened = 1;
  for (u64 i = 0; i < header.descriptors.count; i++) {
    const struct image_descriptor *descriptor = &descriptors[i];
    int is_device = descriptor->file == (u32) -1;
    long opened = is_device
        ? CALL(SYS_open, string(descriptor->position), descriptor->flags | O_CLOEXEC, 0, 0)
        : open_file(descriptor->file, descriptor->flags);
    if (opened < 0) {
      refuse("a device cannot be opened: ", string(descriptor->position));
    }
    if (!is_device) {
      CALL(SYS_lseek, opened, descriptor->position, SEEK_SET, 0);
    }
    if (opened != descriptor->number) {
      if (CALL(SYS_dup3, opened, descriptor->number, descriptor->close_on_exec ? O_CLOEXEC : 0, 0) < 0) {
        refuse("a descriptor cannot have its number", "");
      }
      CALL(SYS_close, opened, 0, 0, 0);
    } else if (!descriptor->close_on_exec) {
      CALL(SYS_fcntl, opened, F_SETFD, 0, 0);
    }
  }
}

static void raise_limit(void) {
  u64 limit[2];
  CALL(SYS_getrlimit, RLIMIT_NOFILE, limit, 0, 0);
  if (limit[0] != limit[1]) {
    limit[0] = limit[1]; /* as a JVM does when it boots */
    CALL(SYS_setrlimit, RLIMIT_NOFILE, limit, 0, 0);
  }
}

static void set_memory_map(void) {
  struct {
    struct image_memory_map map;
    u64 auxiliary;
    u32 auxiliary_bytes, executable;
  } request;
  request.map = header.memory_map;
  request.auxiliary = (u64) header.auxiliary;
  request.auxiliary_bytes = (u32) header.auxiliary_bytes;
  request.executable = (u32) -1;
  if (CALL6(SYS_prctl, PR_SET_MM, PR_SET_MM_MAP, &request, sizeof request, 0, 0) != 0) {
    refuse("the kernel does not accept where the process's memory is", "");
  }
}

/*
 * A signal that was ignored when this process was started stays so, as nohup(1) expects; but not
 * those that a JVM needs for itself.
 */
static int is_the_jvms(int signal) {
  return signal == 4 || signal == 5 || signal == 7 || signal == 8 || signal == 11 || signal > 31;
}

static void set_actions(void) {
  has_actions = 1;
  for (int signal = 1; signal <= HIGHEST_SIGNAL; signal++) {
    if (!(ignored >> (signal - 1) & 1) || is_the_jvms(signal)) {
      CALL(SYS_rt_sigaction, signal, &header.actions[signal - 1], 0, 8);
    }
  }
}

static void note_signals(void) {
  for (int signal = 1; signal <= HIGHEST_SIGNAL; signal++) {
    struct kernel_sigaction action;
    if (CALL(SYS_rt_sigaction, signal, 0, &action, 8) == 0 && action.handler == SIG_IGN) {
      ignored |= 1UL << (signal - 1);
    }
  }
}

/*
 * A new thread begins here, with its struct image_thread in r12, its record's rseq area in r13, and
 * the stack pointer at its context, below which nothing may be written. It waits for the gate, takes
 * over what the kernel knows of a thread, and returns from the signal that had stopped it.
 */
asm(".text\n"
    "restored_thread:\n"
    "1: mov gate(%rip), %eax\n"
    "  test %eax, %eax\n"
    "  jnz 2f\n"
    "  mov $202, %eax\n" /* futex(&gate, FUTEX_WAIT_PRIVATE, 0) */
    "  lea gate(%rip), %rdi\n"
    "  mov $128, %esi\n"
    "  xor %edx, %edx\n"
    "  xor %r10d, %r10d\n"
    "  syscall\n"
    "  jmp 1b\n"
    "2: mov $273, %eax\n" /* set_robust_list(robust_list, 24) */
    "  mov 16(%r12), %rdi\n"
    "  mov $24, %esi\n"
    "  syscall\n"
    "  cmpq $0, rseq_bytes(%rip)\n"
    "  je 3f\n"
    "  mov $334, %eax\n" /* rseq(area, bytes, 0, signature) */
    "  mov %r13, %rdi\n"
    "  mov rseq_bytes(%rip), %rsi\n"
    "  xor %edx, %edx\n"
    "  mov $0x53053053, %r10d\n"
    "  syscall\n"
    "  test %rax, %rax\n"
    "  jz 3f\n"
    "  movl $-2, 4(%r13)\n" /* the C library then asks the kernel for the processor's number */
    "3: mov $157, %eax\n" /* prctl(PR_SET_NAME, name) */
    "  mov $15, %edi\n"
    "  lea 32(%r12), %rsi\n"
    "  syscall\n"
    "  mov $15, %eax\n" /* rt_sigreturn */
    "  syscall\n"
    "  hlt\n");

static long make_thread(const struct image_thread *thread) {
  register long r10 asm("r10") = (long) (thread->local + header.id_offset);
  register long r8 asm("r8") = (long) thread->local;
  register const struct image_thread *r12 asm("r12") = thread;
  register u64 r13 asm("r13") = thread->local + header.rseq_offset;
  long result;
  asm volatile("syscall\n"
               "  test %%rax, %%rax\n"
               "  jz restored_thread\n"
               : "=a"(result)
               : "a"(SYS_clone), "D"((long) LIKE_A_THREAD), "S"(thread->context),
                 "d"(thread->local + header.id_offset), "r"(r10), "r"(r8), "r"(r12), "r"(r13)
               : "rcx", "r11", "memory");
  return result;
}

/* Signals that are blocked in this process stay so, but for those that a JVM must get. */
static void block_more(const struct image_thread *thread) {
  u64 always = 0;
  int signals[] = {1, 2, 3, 15};
  for (int signal = 1; signal <= HIGHEST_SIGNAL; signal++) {
    always |= is_the_jvms(signal) ? 1UL << (signal - 1) : 0;
  }
  for (u32 i = 0; i < sizeof signals / sizeof *signals; i++) {
    always |= 1UL << (signals[i] - 1);
  }
  *(u64 *) (thread->context + CONTEXT_MASK) |= former_mask & ~always;
}

static void make_threads(void) {
  const struct image_thread *threads = (const struct image_thread *) (tables + header.threads.offset);
  const struct image_thread *leader = 0;
  int nice = 20 - (int) CALL(SYS_getpriority, 0, 0, 0, 0);
  for (u64 i = 0; i < header.threads.count; i++) {
    const struct image_thread *thread = &threads[i];
    block_more(thread);
    if (thread->id == header.leader) {
      leader = thread;
      continue;
    }
    long id = make_thread(thread);
    if (id < 0) {
      refuse("no more threads are allowed", "");
    }
    int more = thread->nice - header.leader_nice;
    if (more != 0) {
      CALL(SYS_setpriority, 0, id, nice + more, 0);
    }
  }
  if (!leader) {
    refuse("the image is damaged", "");
  }
  CALL(SYS_close, image, 0, 0, 0);
  CALL(SYS_arch_prctl, ARCH_SET_FS, leader->local, 0, 0);
  *(int *) (leader->local + header.id_offset) =
      (int) CALL(SYS_set_tid_address, leader->local + header.id_offset, 0, 0, 0);
  gate = 1;
  CALL(SYS_futex, &gate, FUTEX_WAKE_PRIVATE, 0x7fffffff, 0);
  register const struct image_thread *r12 asm("r12") = leader;
  register u64 r13 asm("r13") = leader->local + header.rseq_offset;
  asm volatile("mov %0, %%rsp\n"
               "  jmp restored_thread\n"
               :
               : "r"(leader->context), "r"(r12), "r"(r13)
               : "memory");
  __builtin_unreachable();
}

static void become(void) {
  has_begun = 1;
  if (starts) {
    __atomic_fetch_add(starts, 1, __ATOMIC_RELAXED);
  }
  struct resumption *resumption = keep_strings();
  u64 all = ~0UL;
  CALL(SYS_rt_sigprocmask, SIG_SETMASK, &all, &former_mask, 8);
  resumption->blocked = former_mask;
  resumption->starts = (u64) starts;
  resumption->closed = closed;
  rseq_bytes = header.rseq_bytes;
  raise_limit();
  move_image();
  fill_streams();
  park_kernel_mappings();
  CALL(SYS_munmap, LOWEST_ADDRESS, OWN_FROM - LOWEST_ADDRESS, 0, 0);
  if (CALL(SYS_munmap, OWN_TO, HIGHEST_ADDRESS - OWN_TO, 0, 0) != 0) {
    refuse("memory cannot be given up", "");
  }
  map_memory();
  return_kernel_mappings();
  set_memory_map();
  open_descriptors();
  set_actions();
  CALL(SYS_membarrier, MEMBARRIER_REGISTER_PRIVATE_EXPEDITED, 0, 0, 0);
  CALL(SYS_membarrier, MEMBARRIER_REGISTER_PRIVATE_EXPEDITED_SYNC_CORE, 0, 0, 0);
  *(struct resumption **) header.resumed = resumption;
  make_threads();
}

asm(".text\n"
    ".globl _start\n"
    "_start:\n"
    "  mov %rsp, %rdi\n"
    "  lea stack+65536-64(%rip), %rsp\n"
    "  call begin\n"
    "  hlt\n");

__attribute__((used)) static void begin(u64 *words) {
  argument_count = (long) words[0];
  arguments = (const char **) (words + 1);
  variables = arguments + argument_count + 1;
  if (argument_count < 3) {
    say("usage: restore STEM COMMAND [ARGUMENT...], restore --path STEM, or restore --check STEM\n");
    CALL(SYS_exit_group, USAGE, 0, 0, 0);
  }
  is_check = same_text(arguments[1], "--check");
  int is_path = same_text(arguments[1], "--path");
  find_image(arguments[is_check || is_path ? 2 : 1]);
  if (is_path) {
    say(image_name);
    say("\n");
    CALL(SYS_exit_group, CHECKED, 0, 0, 0);
  }
  CALL(SYS_rt_sigprocmask, SIG_SETMASK, 0, &former_mask, 8);
  for (int stream = 0; stream <= 2; stream++) {
    closed |= CALL(SYS_fcntl, stream, F_GETFD, 0, 0) == -EBADF ? 1UL << stream : 0;
  }
  open_image(image_name);
  check();
  check_starts();
  if (is_check) {
    CALL(SYS_exit_group, CHECKED, 0, 0, 0);
  }
  note_signals();
  become();
}
