/*
 * Writes the image of this process, with all of its threads, to a file: Linux on x86-64.
 *
 * Every thread is brought to a stop by a signal (stop-threads.h); the process is forked, and goes on
 * after some milliseconds. The child, a copy in which nothing moves, writes its memory to the file and
 * ends. restore-x86_64.c makes a process of the file in which every thread returns from its signal.
 *
 * The thread that calls write_image stops in the same way, in a handler of its own, so that it
 * returns twice: here with the child's id, and with 0 in each process that is restored.
 *
 * This is compiled to code without relocations (see build-image.sh) that Java loads and calls, so
 * that no compiler and no library is needed where it runs. It calls the kernel directly and never
 * the C library, whose locks a stopped thread may hold. The state follows the code, on pages of its own.
 */

#include "image-layout.h"
#include "kernel.h"
#include "stop-threads.h"

/* What io.polyproc.hotspot.ProcessImage asks for. */
enum { WRITE, RESUMPTION };

/* Real-time signals that neither the JDK nor GraalPy nor another class here uses. */
enum { STOP_SIGNAL = 59, WRITE_SIGNAL = 58 };

enum { MAX_MAPPINGS = 16384, MAX_RUNS = 131072, MAX_DESCRIPTORS = 1024, MAX_FILES = 2048 };
enum { STRING_BYTES = 4 << 20, MAPS_BYTES = 8 << 20, WINDOW_PAGES = 32768, PATH_BYTES = 4096 };

/* Up to so many zero pages between two others are written too, rather than split a mapping. */
enum { GAP_PAGES = 16 };

/* Where this file keeps its own descriptor in the child, out of the way of those of the image. */
enum { OWN_DESCRIPTORS_FROM = 4000 };

enum { STAT_START_CODE = 26, STAT_START_STACK = 28, STAT_START_DATA = 45, STAT_FIELDS = 56 };

static struct {
  struct image_request *request;
  struct resumption *resumption; /* written by the restorer */
  long result;
  u32 id_offset;
} state;

/* The child's memory for what it writes behind the pages; at SCRATCH_FROM. */
struct scratch {
  struct image_header header;
  struct image_thread threads[MAX_THREADS];
  struct image_mapping mappings[MAX_MAPPINGS];
  struct image_run runs[MAX_RUNS];
  struct image_descriptor descriptors[MAX_DESCRIPTORS];
  struct image_file files[MAX_FILES];
  char strings[STRING_BYTES];
  char maps[MAPS_BYTES];
  u64 page_map[WINDOW_PAGES];
  u8 kept[WINDOW_PAGES];
  char path[PATH_BYTES];
  long output, page_map_file;
  u64 offset; /* of the next page in the file */
};

#define SCRATCH ((struct scratch *) SCRATCH_FROM)

static long write_image(struct image_request *request);

/* The one entry, at the beginning of the code. */
__attribute__((used, section(".text.0")))
long entry(long what, long a, long b) {
  return what == WRITE ? write_image((struct image_request *) a) : (long) state.resumption;
}

extern char restorer[] __attribute__((visibility("hidden")));
asm(".section .text.restorer, \"ax\"\n"
    ".globl restorer\n"
    "restorer:\n"
    "  mov $15, %eax\n" /* rt_sigreturn */
    "  syscall\n"
    ".text\n");

/* --- In the child ----------------------------------------------------------------------------- */

/* Leaves the reason in place of the header, and ends. */
static void fail(u64 stage, long error, u64 value, const char *text) {
  struct image_failure failure;
  failure.zero = 0;
  failure.stage = stage;
  failure.error = (u64) -error;
  failure.value = value;
  u64 i = 0;
  for (; text[i] && i + 1 < sizeof failure.text; i++) {
    failure.text[i] = text[i];
  }
  for (; i < sizeof failure.text; i++) {
    failure.text[i] = 0;
  }
  CALL(SYS_ftruncate, state.request->descriptor, 0, 0, 0);
  CALL(SYS_pwrite64, state.request->descriptor, &failure, sizeof failure, 0);
  CALL(SYS_exit_group, 1, 0, 0, 0);
}

static u64 add_text(const char *text, u64 length) {
  struct scratch *s = SCRATCH;
  u64 at = s->header.strings.count;
  if (at + length + 1 > STRING_BYTES) {
    fail(TOO_MANY, 0, at, "strings");
  }
  for (u64 i = 0; i < length; i++) {
    s->strings[at + i] = text[i];
  }
  s->strings[at + length] = 0;
  s->header.strings.count = at + length + 1;
  return at;
}

/* The index of a file in the table of those that must not change. */
static u32 add_file(const char *path, u64 length) {
  struct scratch *s = SCRATCH;
  struct file_status status;
  for (u64 i = 0; i < s->header.files.count; i++) {
    const char *known = s->strings + s->files[i].path;
    if (text_length(known) == length && starts_with(path, known)) {
      return (u32) i;
    }
  }
  if (s->header.files.count == MAX_FILES) {
    fail(TOO_MANY, 0, MAX_FILES, "files");
  }
  struct image_file *file = &s->files[s->header.files.count];
  file->path = add_text(path, length);
  long result = CALL(SYS_stat, s->strings + file->path, &status, 0, 0);
  if (result == 0) {
    file->bytes = status.size;
    file->modified = status.modified;
    file->modified_nanoseconds = status.modified_nanoseconds;
    file->inode = status.inode;
  } else if (result != -ENOENT) { /* one that is not there must not be there */
    fail(NO_FILE, result, 0, s->strings + file->path);
  }
  return (u32) s->header.files.count++;
}

static int is_zero(const u64 *page) {
  for (int i = 0; i < PAGE_BYTES / 8; i += 8) {
    if (page[i] | page[i + 1] | page[i + 2] | page[i + 3] | page[i + 4] | page[i + 5] | page[i + 6]
        | page[i + 7]) {
      return 0;
    }
  }
  return 1;
}

/* Writes pages to the place in the file where `first` stands at `offset`. */
static void write_pages(u64 first, u64 from, u64 to) {
  struct scratch *s = SCRATCH;
  while (from < to) {
    long written = CALL(SYS_pwrite64, s->output, from, to - from, s->offset + (from - first));
    if (written <= 0) {
      fail(NOT_WRITTEN, written, from, "");
    }
    from += (u64) written;
  }
}

/*
 * Writes pages that may be zero, or behind the end of what is mapped, one by one; the kernel tells
 * instead of a signal.
 */
static void try_pages(u64 first, u64 from, u64 to) {
  struct scratch *s = SCRATCH;
  for (; from < to; from += PAGE_BYTES) {
    long written = CALL(SYS_pwrite64, s->output, from, PAGE_BYTES, s->offset + (from - first));
    if (written != PAGE_BYTES && written != -EFAULT) {
      fail(NOT_WRITTEN, written, from, "");
    }
  }
}

/* Adds a run of the pages from..to, of which those count that are marked in `kept`. */
static void add_run(struct image_mapping *mapping, u64 from, u64 to, const u8 *kept, int by_page) {
  struct scratch *s = SCRATCH;
  if (s->header.runs.count == MAX_RUNS) {
    fail(TOO_MANY, 0, MAX_RUNS, "runs of pages");
  }
  u64 pages = (to - from) / PAGE_BYTES;
  for (u64 i = 0; i < pages;) {
    u64 end = i;
    while (end < pages && kept[end]) {
      end++;
    }
    if (end > i) {
      u64 first = from + i * PAGE_BYTES;
      if (by_page) {
        try_pages(from, first, from + end * PAGE_BYTES);
      } else {
        write_pages(from, first, from + end * PAGE_BYTES);
      }
    }
    i = end + 1;
  }
  struct image_run *run = &s->runs[s->header.runs.count++];
  run->address = from;
  run->bytes = to - from;
  run->offset = s->offset;
  s->offset += to - from;
  mapping->runs++;
}

/* See man 5 proc_pid_pagemap. */
#define IN_MEMORY(entry) ((entry) >> 62 & 3)
#define OF_A_FILE(entry) ((entry) >> 61 & 1)

/* Writes what a mapping has of its own. `by_value`: all of it, wherever it comes from. */
static void write_mapping(struct image_mapping *mapping, int by_value) {
  struct scratch *s = SCRATCH;
  for (u64 window = mapping->from; window < mapping->to; window += (u64) WINDOW_PAGES * PAGE_BYTES) {
    u64 pages = (mapping->to - window) / PAGE_BYTES;
    pages = pages > WINDOW_PAGES ? WINDOW_PAGES : pages;
    u64 wanted = pages * 8;
    long got = CALL(SYS_pread64, s->page_map_file, s->page_map, wanted, window / PAGE_BYTES * 8);
    if (got != (long) wanted) {
      fail(NO_PAGE_MAP, got < 0 ? got : 0, window, "/proc/self/pagemap");
    }
    for (u64 i = 0; i < pages; i++) {
      u64 entry = s->page_map[i];
      u64 address = window + i * PAGE_BYTES;
      if (by_value) {
        s->kept[i] = 1;
      } else if (!IN_MEMORY(entry) || (mapping->kind == FILE_BACKED && OF_A_FILE(entry))) {
        s->kept[i] = 0;
      } else {
        if (!(mapping->protection & PROT_READ)) {
          CALL(SYS_mprotect, address, PAGE_BYTES, PROT_READ, 0);
        }
        /* A zero page of a file's mapping was written to: it is not what the file has there. */
        s->kept[i] = mapping->kind == FILE_BACKED || !is_zero((const u64 *) address);
      }
    }
    for (u64 i = 0; i < pages;) {
      if (!s->kept[i]) {
        i++;
        continue;
      }
      u64 end = i + 1;
      for (u64 next = end; next < pages && next - end < GAP_PAGES; next++) {
        if (s->kept[next]) {
          end = next + 1;
        } else if (mapping->kind == FILE_BACKED) {
          break; /* what is between is the file's */
        }
      }
      add_run(mapping, window + i * PAGE_BYTES, window + end * PAGE_BYTES, s->kept + i, by_value);
      i = end;
    }
  }
}

/* A line of /proc/self/maps, see man 5 proc_pid_maps. */
struct line {
  u64 from, to, offset;
  u32 protection;
  int is_shared;
  const char *name;
  u64 name_length;
};

/* Reads a line and returns where the next one begins. */
static const char *read_line(const char *at, struct line *line) {
  line->from = hexadecimal(&at);
  at++;
  line->to = hexadecimal(&at);
  at++;
  line->protection = (at[0] == 'r' ? PROT_READ : 0) | (at[1] == 'w' ? PROT_WRITE : 0)
      | (at[2] == 'x' ? PROT_EXEC : 0);
  line->is_shared = at[3] == 's';
  at += 5;
  line->offset = hexadecimal(&at);
  at++;
  for (int field = 0; field < 2; field++) { /* device and inode */
    while (*at != ' ' && *at != '\n') {
      at++;
    }
    while (*at == ' ') {
      at++;
    }
  }
  line->name = at;
  while (*at != '\n') {
    at++;
  }
  line->name_length = (u64) (at - line->name);
  return at + 1;
}

static int ends_with_deleted(const struct line *line) {
  return line->name_length > 10 && starts_with(line->name + line->name_length - 10, " (deleted)");
}

static void add_mapping(const struct line *line) {
  struct scratch *s = SCRATCH;
  if (starts_with(line->name, "[vsyscall]")) {
    return; /* at the same address in every process, and no memory of its own */
  }
  if (line->from >= OWN_FROM && line->from < OWN_TO) {
    if (line->from >= SCRATCH_FROM && line->to <= SCRATCH_FROM + 2 * sizeof(struct scratch)) {
      return;
    }
    fail(ADDRESS_TAKEN, 0, line->from, "");
  }
  if (s->header.mappings.count == MAX_MAPPINGS) {
    fail(TOO_MANY, 0, MAX_MAPPINGS, "mappings");
  }
  struct image_mapping *mapping = &s->mappings[s->header.mappings.count++];
  mapping->from = line->from;
  mapping->to = line->to;
  mapping->offset = line->offset;
  mapping->protection = line->protection;
  mapping->first_run = (u32) s->header.runs.count;
  mapping->runs = 0;
  mapping->file = 0;
  mapping->kind = ANONYMOUS;
  if (starts_with(line->name, "[vdso]") || starts_with(line->name, "[vvar")) {
    mapping->kind = KERNEL;
    if (starts_with(line->name, "[vdso]")) {
      s->header.code_hash = hash_words(HASH_START, (void *) line->from, line->to - line->from);
    }
    return;
  }
  if (starts_with(line->name, "[stack]")) {
    mapping->kind = STACK;
  }
  int by_value = line->is_shared;
  if (*line->name == '/') {
    int is_deleted = ends_with_deleted(line);
    if (starts_with(line->name, "/dev/") && !starts_with(line->name, "/dev/shm/")
        && !starts_with(line->name, "/dev/zero")) {
      fail(MAPPING_KIND, 0, line->from, "a device");
    }
    if (line->is_shared && (line->protection & PROT_WRITE) && !is_deleted) {
      fail(MAPPING_KIND, 0, line->from, "a shared mapping of a file");
    }
    by_value = by_value || is_deleted;
    if (!is_deleted) {
      by_value = 0;
      mapping->kind = FILE_BACKED;
      mapping->file = add_file(line->name, line->name_length);
      if (line->is_shared) {
        return; /* and cannot be written to */
      }
    }
  }
  write_mapping(mapping, by_value);
}

static void add_mappings(void) {
  struct scratch *s = SCRATCH;
  struct line line;
  long length = read_all("/proc/self/maps", s->maps, MAPS_BYTES);
  if (length <= 0 || length + 1 >= MAPS_BYTES) {
    fail(NO_MAPS, length, 0, "/proc/self/maps");
  }
  s->page_map_file = CALL(SYS_open, "/proc/self/pagemap", O_RDONLY | O_CLOEXEC, 0, 0);
  if (s->page_map_file < 0) {
    fail(NO_PAGE_MAP, s->page_map_file, 0, "/proc/self/pagemap");
  }
  for (const char *at = s->maps; *at;) {
    at = read_line(at, &line);
    add_mapping(&line);
  }
  CALL(SYS_close, s->page_map_file, 0, 0, 0);
}

static void add_descriptor(int number) {
  struct scratch *s = SCRATCH;
  struct file_status status;
  char path[32];
  char digits[12];
  int length = 0;
  int count = 0;
  for (const char *folder = "/proc/self/fd/"; *folder; folder++) {
    path[length++] = *folder;
  }
  for (int rest = number; rest > 0; rest /= 10) {
    digits[count++] = (char) ('0' + rest % 10);
  }
  while (count > 0) {
    path[length++] = digits[--count];
  }
  path[length] = 0;
  long target = CALL(SYS_readlink, path, s->path, PATH_BYTES - 1, 0);
  s->path[target < 0 ? 0 : target] = 0;
  long flags = CALL(SYS_fcntl, number, F_GETFL, 0, 0);
  long result = CALL(SYS_fstat, number, &status, 0, 0);
  u32 kind = status.mode & S_IFMT;
  int is_plain_device = same_text(s->path, "/dev/null") || same_text(s->path, "/dev/random")
      || same_text(s->path, "/dev/urandom");
  int is_file = (kind == S_IFREG || kind == S_IFDIR) && (flags & O_ACCMODE) == O_RDONLY && target > 0
      && *s->path == '/' && !starts_with(s->path, "/memfd:")
      && !(target > 10 && starts_with(s->path + target - 10, " (deleted)"));
  if (result != 0 || flags < 0 || !(is_file || is_plain_device)) {
    fail(DESCRIPTOR_KIND, result, (u64) number, s->path);
  }
  if (s->header.descriptors.count == MAX_DESCRIPTORS) {
    fail(TOO_MANY, 0, MAX_DESCRIPTORS, "descriptors");
  }
  struct image_descriptor *descriptor = &s->descriptors[s->header.descriptors.count++];
  descriptor->number = number;
  descriptor->flags = (int) flags & (O_ACCMODE | O_DIRECTORY);
  descriptor->close_on_exec = (u32) CALL(SYS_fcntl, number, F_GETFD, 0, 0) & FD_CLOEXEC;
  descriptor->position = kind == S_IFREG ? (u64) CALL(SYS_lseek, number, 0, SEEK_CUR, 0) : 0;
  /* The device of a device file never changes its length, but its time of modification. */
  descriptor->file = is_file ? add_file(s->path, (u64) target) : (u32) -1;
  if (!is_file) {
    descriptor->position = add_text(s->path, (u64) target);
  }
  if (number > s->header.highest_descriptor) {
    s->header.highest_descriptor = number;
  }
}

static void add_descriptors(void) {
  struct scratch *s = SCRATCH;
  long directory = CALL(SYS_open, "/proc/self/fd", O_DIRECTORY | O_CLOEXEC, 0, 0);
  long length;
  if (directory < 0) {
    fail(NO_FILE, directory, 0, "/proc/self/fd");
  }
  while ((length = CALL(SYS_getdents64, directory, stopping.directory, DIRECTORY_BYTES, 0)) > 0) {
    long at = 0;
    int number;
    while ((number = next_number(length, &at)) >= 0) {
      if (number > 2 && number != directory && number != s->output
          && number != (int) state.request->descriptor) {
        add_descriptor(number);
      }
    }
  }
  CALL(SYS_close, directory, 0, 0, 0);
}

/* See man 5 proc_pid_stat. */
static void note_memory_map(struct image_memory_map *map) {
  struct scratch *s = SCRATCH;
  u64 fields[STAT_FIELDS];
  long length = read_all("/proc/self/stat", s->path, PATH_BYTES);
  if (length <= 0) {
    fail(NO_FILE, length, 0, "/proc/self/stat");
  }
  const char *at = s->path + length;
  while (*at != ')') { /* the second field may contain anything */
    at--;
  }
  at += 2;
  for (int field = 3; field < STAT_FIELDS; field++) {
    u64 value = 0;
    for (; *at && *at != ' ' && *at != '\n'; at++) {
      value = *at >= '0' && *at <= '9' ? value * 10 + (u64) (*at - '0') : value;
    }
    at += *at != 0;
    fields[field] = value;
  }
  map->start_code = fields[STAT_START_CODE];
  map->end_code = fields[STAT_START_CODE + 1];
  map->start_stack = fields[STAT_START_STACK];
  map->start_data = fields[STAT_START_DATA];
  map->end_data = fields[STAT_START_DATA + 1];
  map->start_brk = fields[STAT_START_DATA + 2];
  map->arg_start = fields[STAT_START_DATA + 3];
  map->arg_end = fields[STAT_START_DATA + 4];
  map->env_start = fields[STAT_START_DATA + 5];
  map->env_end = fields[STAT_START_DATA + 6];
  map->brk = (u64) CALL(SYS_brk, 0, 0, 0, 0);
}

static void note_process(int process, u32 count) {
  struct scratch *s = SCRATCH;
  struct image_header *header = &s->header;
  struct image_request *request = state.request;
  char names[6 * NAME_FIELD_BYTES];
  header->user = (u32) CALL(SYS_geteuid, 0, 0, 0, 0);
  header->leader = process;
  header->clock = monotonic_nanoseconds();
  header->memory = request->memory;
  header->modified = request->modified;
  header->id_offset = state.id_offset;
  header->rseq_offset = request->rseq_offset;
  header->rseq_bytes = request->rseq_bytes;
  header->resumed = (u64) &state.resumption;
  header->names = add_text((char *) request->names, text_length((char *) request->names));
  header->variables = add_text((char *) request->variables, text_length((char *) request->variables));
  read_processor(header->cpu);
  CALL(SYS_uname, names, 0, 0, 0);
  for (int field = 0; field < NAME_FIELDS; field++) {
    /* Without the second one, which is the machine's own name. */
    const char *name = names + (field == 0 ? 0 : field + 1) * NAME_FIELD_BYTES;
    for (int i = 0; i < NAME_FIELD_BYTES; i++) {
      header->kernel[field][i] = name[i];
    }
  }
  for (int signal = 1; signal <= HIGHEST_SIGNAL; signal++) {
    CALL(SYS_rt_sigaction, signal, 0, &header->actions[signal - 1], 8);
  }
  header->auxiliary_bytes = 0;
  long auxiliary = CALL(SYS_open, "/proc/self/auxv", O_RDONLY | O_CLOEXEC, 0, 0);
  long length = CALL(SYS_read, auxiliary, header->auxiliary, AUXILIARY_BYTES, 0);
  CALL(SYS_close, auxiliary, 0, 0, 0);
  if (length <= 0) {
    fail(NO_FILE, length, 0, "/proc/self/auxv");
  }
  header->auxiliary_bytes = (u64) length;
  note_memory_map(&header->memory_map);
  for (u32 i = 0; i < count; i++) {
    struct stopped_thread *from = &stopping.threads[i];
    struct image_thread *to = &s->threads[i];
    to->context = from->context;
    to->local = from->local;
    to->robust_list = from->robust_list;
    to->id = from->id;
    to->nice = from->nice;
    for (int c = 0; c < NAME_BYTES; c++) {
      to->name[c] = from->name[c];
    }
    if (from->id == process) {
      header->leader_nice = from->nice;
    }
  }
  header->threads.count = count;
  const char *files_end = (char *) request->files + request->files_bytes;
  for (const char *file = (char *) request->files; file < files_end;) {
    u64 path_length = text_length(file);
    add_file(file, path_length);
    file += path_length + 1;
  }
}

static void write_all(const void *from, u64 bytes, u64 offset) {
  struct scratch *s = SCRATCH;
  const char *at = from;
  while (bytes > 0) {
    long written = CALL(SYS_pwrite64, s->output, at, bytes, offset);
    if (written <= 0) {
      fail(NOT_WRITTEN, written, offset, "");
    }
    at += written;
    offset += (u64) written;
    bytes -= (u64) written;
  }
}

/* Writes a table behind those before it; what it has is hashed as it stands in the file. */
static u64 write_table(struct image_table *table, void *from, u64 entry_bytes, u64 hash) {
  struct scratch *s = SCRATCH;
  u64 bytes = table->count * entry_bytes;
  u64 padded = (bytes + 7) & ~7UL;
  for (u64 i = bytes; i < padded; i++) {
    ((char *) from)[i] = 0;
  }
  table->offset = s->header.tables_bytes;
  write_all(from, padded, s->offset + table->offset);
  s->header.tables_bytes += padded;
  return hash_words(hash, from, padded);
}

static void write_tables(void) {
  struct scratch *s = SCRATCH;
  struct image_header *header = &s->header;
  u64 hash = HASH_START;
  header->tables_from = s->offset;
  hash = write_table(&header->threads, s->threads, sizeof *s->threads, hash);
  hash = write_table(&header->mappings, s->mappings, sizeof *s->mappings, hash);
  hash = write_table(&header->runs, s->runs, sizeof *s->runs, hash);
  hash = write_table(&header->descriptors, s->descriptors, sizeof *s->descriptors, hash);
  hash = write_table(&header->files, s->files, sizeof *s->files, hash);
  hash = write_table(&header->strings, s->strings, 1, hash);
  header->version = IMAGE_VERSION;
  header->header_bytes = sizeof *header;
  header->file_bytes = header->tables_from + header->tables_bytes;
  header->magic = IMAGE_MAGIC;
  header->checksum = hash_words(hash, header, sizeof *header);
  write_all(header, sizeof *header, 0);
}

static void write_process(int process, u32 count) {
  long memory = CALL6(SYS_mmap, SCRATCH_FROM, sizeof(struct scratch), PROT_READ | PROT_WRITE,
      MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE | MAP_FIXED_NOREPLACE, -1, 0);
  if (memory != (long) SCRATCH_FROM) {
    fail(NO_MEMORY, memory < 0 ? memory : 0, sizeof(struct scratch), "");
  }
  struct scratch *s = SCRATCH;
  s->output = CALL(SYS_fcntl, state.request->descriptor, F_DUPFD_CLOEXEC, OWN_DESCRIPTORS_FROM, 0);
  if (s->output < 0) {
    s->output = (long) state.request->descriptor;
  }
  s->offset = HEADER_BYTES;
  /* What each restored process finds. */
  state.result = 0;
  note_process(process, count);
  add_descriptors();
  add_mappings();
  write_tables();
  CALL(SYS_exit_group, 0, 0, 0, 0);
}

/* --- In the process ---------------------------------------------------------------------------- */

static void set_handler(int signal, void *handler, struct kernel_sigaction *former) {
  struct kernel_sigaction action;
  action.handler = (u64) handler;
  action.flags = SA_SIGINFO | SA_RESTORER | SA_RESTART;
  action.restorer = (u64) restorer;
  action.mask = ~0UL;
  CALL(SYS_rt_sigaction, signal, &action, former, 8);
}

/* Runs in the thread that asks for the image, and leaves the result in the state. */
__attribute__((used))
static void stop_and_fork(int signal, void *info, void *context) {
  struct kernel_sigaction former;
  int process = (int) CALL(SYS_getpid, 0, 0, 0, 0);
  int self = (int) CALL(SYS_gettid, 0, 0, 0, 0);
  set_handler(STOP_SIGNAL, (void *) stop, &former);
  long count = stop_others(STOP_SIGNAL, process, self);
  CALL(SYS_rt_sigaction, STOP_SIGNAL, &former, 0, 8);
  long result = count;
  if (count >= 0) {
    state.id_offset = find_id_offset(self, (u32) count);
    if (state.id_offset == THREAD_RECORD_BYTES) {
      result = -ENOSYS;
    }
    if (holds_lock((int *) state.request->locks, (int *) state.request->locks_end, (u32) count)) {
      result = -EBUSY;
    }
  }
  if (result >= 0) {
    note_thread(&stopping.threads[count], context);
    result = CALL(SYS_clone, SIGCHLD, 0, 0, 0);
    if (result == 0) {
      write_process(process, (u32) count + 1);
    }
  }
  state.result = result;
  let_go_on();
}

/*
 * Returns the id of the child that writes the image, 0 in a process restored from it, or the negative
 * number of an error: EBUSY if it is to be tried again, ENOSYS if the C library is not known.
 */
static long write_image(struct image_request *request) {
  struct kernel_sigaction former;
  u64 none = 0;
  u64 mask;
  state.request = request;
  state.resumption = 0;
  state.result = -EINTR;
  set_handler(WRITE_SIGNAL, (void *) stop_and_fork, &former);
  CALL(SYS_rt_sigprocmask, SIG_SETMASK, &none, &mask, 8);
  CALL(SYS_tgkill, CALL(SYS_getpid, 0, 0, 0, 0), CALL(SYS_gettid, 0, 0, 0, 0), WRITE_SIGNAL, 0);
  CALL(SYS_rt_sigprocmask, SIG_SETMASK, &mask, 0, 8);
  CALL(SYS_rt_sigaction, WRITE_SIGNAL, &former, 0, 8);
  return *(volatile long *) &state.result;
}
