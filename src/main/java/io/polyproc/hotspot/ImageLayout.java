package io.polyproc.hotspot;

/**
 * The offsets that Java needs of {@code src/main/native/image-layout.h}, which has the diagram and
 * the meaning of each field. All fields are words of 64 bits in the machine's order.
 */
final class ImageLayout {
  /** {@code PPPIMAGE}. */
  static final long MAGIC = 0x4547414d49505050L;

  static final int VERSION = 3;

  /** Of the image's header. */
  static final int HEADER_CHECKSUM = 16;

  // struct image_request
  static final int REQUEST_BYTES = 88;
  static final int REQUEST_DESCRIPTOR = 0;
  static final int REQUEST_MODIFIED = 8;
  static final int REQUEST_MEMORY = 16;
  static final int REQUEST_LOCKS = 24;
  static final int REQUEST_LOCKS_END = 32;
  static final int REQUEST_RSEQ_OFFSET = 40;
  static final int REQUEST_RSEQ_BYTES = 48;
  static final int REQUEST_NAMES = 56;
  static final int REQUEST_VARIABLES = 64;
  static final int REQUEST_FILES = 72;
  static final int REQUEST_FILES_BYTES = 80;

  // struct image_failure
  static final int FAILURE_BYTES = 288;
  static final int FAILURE_STAGE = 8;
  static final int FAILURE_ERROR = 16;
  static final int FAILURE_VALUE = 24;
  static final int FAILURE_TEXT = 32;

  // struct resumption
  static final int RESUMPTION_IGNORED = 0;
  static final int RESUMPTION_ARGUMENTS = 16;
  static final int RESUMPTION_VARIABLES = 24;
  static final int RESUMPTION_BYTES = 32;
  static final int RESUMPTION_STARTS = 40;
  static final int RESUMPTION_CLOSED = 48;
  static final int RESUMPTION_STRINGS = 56;

  /** The file beside an image that counts starts has one page. */
  static final int STARTS_BYTES = 4096;

  private ImageLayout() {}
}
