"""What a process does so that programs find modules loaded and code compiled: all of it before its image is written.

Where there are no images, a standby does `steps` while it waits, and one of a Java program `process_rounds`, too.

`preload` keeps modules that were imported ahead out of a program's sight; `steps` names the most needed ones. The rest is what
the JVM's compilers are to see: `workloads` (what processes do), `process_rounds` (their starts and ends), `sample_program`
(a whole program), and `everyday` (what scripts do), with the pieces of `variety` (arguments of many kinds), `failures`
(what goes wrong, and what shows it) and `library` (a little of many modules).
"""
