package io.polyproc.worker;

import io.polyproc.bridge.Bridge;
import io.polyproc.bridge.CodeCache;
import io.polyproc.bridge.PythonContexts;
import io.polyproc.bridge.PythonOptions;
import io.polyproc.bridge.PythonRuntime;
import io.polyproc.distribution.Installation;
import io.polyproc.hotspot.JavaEnvironment;
import io.polyproc.hotspot.JavaRandom;
import java.io.IOException;
import java.util.List;

/**
 * What an image has in it: a Python that has booted, and what surrounds it. The {@link ImageMaker}
 * prepares it, and each {@link RestoredProcess} goes on with its own copy.
 *
 * @param control starts a supervisor when the program wants a process
 * @param gate holds the compiler back until there is work for it
 * @param codes the code that the engine has compiled
 * @param environment the variables that Java code sees
 * @param random the seeds of Java's random numbers
 */
record BootedPython(
    Installation installation,
    ImageSupervision control,
    CompilerGate gate,
    CodeCache codes,
    Bridge bridge,
    PythonRuntime python,
    JavaEnvironment environment,
    JavaRandom random) {

  /**
   * Boots with the default options.
   *
   * @throws IOException if the JDK is another one than that which can be restored, with the reason
   */
  static BootedPython boot(Installation installation) throws IOException {
    JavaEnvironment environment;
    JavaRandom random;
    try {
      environment = JavaEnvironment.find();
      random = JavaRandom.find();
    } catch (ReflectiveOperationException e) {
      throw notReplaceable(e);
    }
    CompilerGate gate = CompilerGate.close();
    CodeCache codes = new CodeCache(PythonContexts.engine());
    ImageSupervision control = new ImageSupervision();
    Bridge bridge = new Bridge(installation.home(), control);
    PythonRuntime python =
        PythonRuntime.start(
            codes.engine(),
            PythonOptions.DEFAULT,
            installation.pythonShim(),
            MainProgram.executable(installation),
            List.of(),
            bridge);
    return new BootedPython(
        installation, control, gate, codes, bridge, python, environment, random);
  }

  static IOException notReplaceable(ReflectiveOperationException e) {
    return new IOException("the JDK's variables and seeds can't be replaced: " + e, e);
  }
}
