package io.polyproc.conformance;

import static org.junit.jupiter.api.Assertions.assertEquals;

import org.junit.jupiter.api.Test;

class TracebackTest {

  @Test
  void shouldDropCaretsAndFramesOfTheStandardLibrary() {
    String traceback =
        """
        Process Process-1:
        Traceback (most recent call last):
          File "/usr/lib/python3.12/multiprocessing/process.py", line 314, in _bootstrap
            self.run()
          File "<work>/program.py", line 3, in f
            1 / 0
            ~~^~~
        ZeroDivisionError: division by zero
        """;
    assertEquals(
        """
        Process Process-1:
        Traceback (most recent call last):
          File "<work>/program.py", line 3, in f
            1 / 0
        ZeroDivisionError: division by zero
        """,
        Traceback.evenOut(traceback));
  }

  @Test
  void shouldKeepFramesOfTextFromTheCommandLine() {
    String traceback = "  File \"<string>\", line 1, in <module>\nValueError: at 0x7f00aa\n";

    assertEquals(
        "  File \"<string>\", line 1, in <module>\nValueError: at 0x<address>\n",
        Traceback.evenOut(traceback));
  }

  @Test
  void shouldKeepTheSourceLineOfASyntaxError() {
    String error = "  File \"<work>/p.py\", line 7\n    def f(:\n          ^\nSyntaxError: bad\n";

    assertEquals(
        "  File \"<work>/p.py\", line 7\n    def f(:\nSyntaxError: bad\n",
        Traceback.evenOut(error));
  }
}
