package io.polyproc.protocol;

import io.polyproc.protocol.Message.Assign;
import io.polyproc.protocol.Message.Exited;
import io.polyproc.protocol.Message.Prepare;
import io.polyproc.protocol.Message.Ready;
import io.polyproc.protocol.Message.ShareDescriptor;
import io.polyproc.protocol.Message.SharedDescriptor;
import io.polyproc.protocol.Message.StartFailed;
import io.polyproc.protocol.Message.StartProcess;
import io.polyproc.protocol.Message.Started;
import io.polyproc.protocol.Message.TakeDescriptor;
import io.polyproc.protocol.Message.TakenDescriptor;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;

/**
 * Messages as bytes, the one home of their layout:
 *
 * <pre>
 *   byte 0   tag, the message's index in {@link Message#TYPES}
 *   then     its components in order: int and long big-endian, boolean as one byte,
 *            text in {@link DataOutputStream#writeUTF modified UTF-8}, two bytes of length before it
 * </pre>
 */
public final class MessageCodec {
  /** Strings are cut to this many characters, so that their modified UTF-8 always fits. */
  static final int MAX_TEXT = 20_000;

  private MessageCodec() {}

  /** Writes one message. */
  public static byte[] encode(Message message) {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    try (DataOutputStream out = new DataOutputStream(bytes)) {
      out.writeByte(Message.TYPES.indexOf(message.getClass()));
      write(out, message);
    } catch (IOException e) {
      throw new UncheckedIOException("writing to memory cannot fail", e);
    }
    return bytes.toByteArray();
  }

  private static void write(DataOutputStream out, Message message) throws IOException {
    switch (message) {
      case Ready _, Prepare _, Message.Prepared _ -> {}
      case Message.Warm m -> out.writeBoolean(m.forkable());
      case StartProcess m -> {
        out.writeLong(m.request());
        writeText(out, m.title());
        out.writeBoolean(m.daemonic());
      }
      case Started m -> {
        out.writeLong(m.request());
        out.writeInt(m.pid());
      }
      case StartFailed m -> {
        out.writeLong(m.request());
        writeText(out, m.reason());
      }
      case Assign m -> {
        writeText(out, m.title());
        out.writeInt(m.parentPid());
        out.writeBoolean(m.daemonic());
      }
      case Exited m -> {
        out.writeInt(m.pid());
        out.writeInt(m.status());
        writeText(out, m.lastLines());
        out.writeBoolean(m.booted());
      }
      case ShareDescriptor m -> {
        out.writeLong(m.request());
        writeText(out, m.token());
      }
      case SharedDescriptor m -> out.writeLong(m.request());
      case TakeDescriptor m -> {
        out.writeLong(m.request());
        writeText(out, m.token());
      }
      case TakenDescriptor m -> out.writeLong(m.request());
      case Message.Fork m -> writeText(out, m.role().name());
      case Message.Forked m -> out.writeInt(m.pid());
      case Message.Join m -> out.writeInt(m.pid());
      case Message.ForkFailed m -> writeText(out, m.reason());
    }
  }

  /**
   * Reads one message.
   *
   * @throws IllegalArgumentException if the bytes are no message
   */
  public static Message decode(byte[] data) {
    try (DataInputStream in = new DataInputStream(new ByteArrayInputStream(data))) {
      int tag = in.readUnsignedByte();
      if (tag >= Message.TYPES.size()) {
        throw new IllegalArgumentException("unknown message tag " + tag);
      }
      Message message = read(in, tag);
      if (in.available() > 0) {
        throw new IllegalArgumentException(
            in.available() + " bytes follow a " + message.getClass().getSimpleName());
      }
      return message;
    } catch (IOException e) {
      throw new IllegalArgumentException(
          "a control message of " + data.length + " bytes is cut", e);
    }
  }

  private static Message read(DataInputStream in, int tag) throws IOException {
    return switch (tag) {
      case 0 -> new Ready();
      case 1 -> new StartProcess(in.readLong(), in.readUTF(), in.readBoolean());
      case 2 -> new Started(in.readLong(), in.readInt());
      case 3 -> new StartFailed(in.readLong(), in.readUTF());
      case 4 -> new Assign(in.readUTF(), in.readInt(), in.readBoolean());
      case 5 -> new Exited(in.readInt(), in.readInt(), in.readUTF(), in.readBoolean());
      case 6 -> new ShareDescriptor(in.readLong(), in.readUTF());
      case 7 -> new TakeDescriptor(in.readLong(), in.readUTF());
      case 8 -> new TakenDescriptor(in.readLong());
      case 9 -> new Prepare();
      case 10 -> new SharedDescriptor(in.readLong());
      case 11 -> new Message.Warm(in.readBoolean());
      case 12 -> new Message.Fork(Message.Role.valueOf(in.readUTF()));
      case 13 -> new Message.Forked(in.readInt());
      case 14 -> new Message.ForkFailed(in.readUTF());
      case 15 -> new Message.Prepared();
      case 16 -> new Message.Join(in.readInt());
      default -> throw new IllegalArgumentException("unknown message tag " + tag);
    };
  }

  private static void writeText(DataOutputStream out, String text) throws IOException {
    out.writeUTF(text.length() <= MAX_TEXT ? text : text.substring(0, MAX_TEXT));
  }
}
