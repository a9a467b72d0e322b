"""What a process does so that programs find modules loaded and code compiled: all of it before its image is written.

A standby that has booted, where there are no images, does `steps` and `process_rounds` while it waits.

`preload` keeps modules that were imported ahead out of a program's sight; `steps` names the most needed ones. `workloads`
(what processes do), `process_rounds` (their starts and ends), `everyday` and `variety` (what scripts do) are what the JVM's
compilers are to see.
"""
