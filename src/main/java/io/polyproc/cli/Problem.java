package io.polyproc.cli;

/**
 * Why a program cannot be run.
 *
 * @param message one line, to go after the command's name
 */
record Problem(ExitCode code, String message) {}
