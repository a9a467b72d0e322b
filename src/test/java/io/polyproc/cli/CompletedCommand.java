package io.polyproc.cli;

/** What a command that has ended left behind, as {@code subprocess.CompletedProcess} in Python. */
public record CompletedCommand(int status, String output, String errors) {}
