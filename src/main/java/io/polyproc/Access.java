package io.polyproc;

import io.polyproc.value.ApiAccess;
import io.polyproc.value.FunctionParts;
import io.polyproc.value.ObjectParts;
import io.polyproc.value.ValueWriter;
import org.jspecify.annotations.Nullable;

/** Lets the packages that are not exported see what the public types keep from programs. */
final class Access extends ApiAccess {

  @Override
  public PythonFunction function(FunctionParts parts) {
    return new PythonFunction(parts);
  }

  @Override
  public FunctionParts parts(PythonFunction function) {
    return function.parts();
  }

  @Override
  public PythonObject object(ObjectParts parts) {
    return new PythonObject(parts);
  }

  @Override
  public ObjectParts parts(PythonObject object) {
    return object.parts();
  }

  @Override
  public PythonException raised(String typeName, String message, String traceback) {
    return new PythonException(typeName, message, traceback);
  }

  @Override
  public RuntimeException workerLost(int pid, int exitStatus, String task, String lastLines) {
    return new WorkerLostException(pid, exitStatus, task, lastLines);
  }

  @Override
  public UnconvertibleValueException unconvertible(String element, String reason) {
    return new UnconvertibleValueException(element, reason);
  }

  @Override
  public ValueWriter.@Nullable Shareable shareable(Object value) {
    return switch (value) {
      case PythonQueue queue -> queue::write;
      case PythonConnection connection -> connection::write;
      case PythonLock lock -> lock::write;
      case PythonSemaphore semaphore -> semaphore::write;
      case PythonEvent event -> event::write;
      case PythonBarrier barrier -> barrier::write;
      case SharedValue number -> number::write;
      case SharedArray array -> array::write;
      case PythonSharedMemory memory -> memory::write;
      case PythonProxy proxy -> proxy::write;
      case JavaCallback<?> callback -> callback::write;
      default -> null;
    };
  }
}
