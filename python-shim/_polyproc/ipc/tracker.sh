#!/bin/sh
# Removes the shared memory that a program leaves: what CPython's resource tracker does, without a
# Python. Reads lines `REGISTER:name:type`, `UNREGISTER:name:type` and `PROBE:0:noop`; every process of
# the program holds the other end of the pipe, so the input ends with the last of them, however it ends.
#
#   tracker.sh SOURCE [silent]
#
# SOURCE: the file that warnings name; silent: the program wants no warnings.

newline='
'
names=$newline # each between two newlines

complain() { printf '%s\n' "$*" >&2; }

warn() {
  if [ "$silent" != silent ]; then
    complain "$source: UserWarning: resource_tracker: $*"
  fi
}

source=$1
silent=$2
while IFS=: read -r command name type; do
  case $type in
    noop) continue ;;
    shared_memory) ;;
    *)
      complain "ValueError: Cannot register $name for automatic cleanup: unknown resource type $type"
      continue
      ;;
  esac
  case $names in
    *"$newline$name$newline"*) known=yes ;;
    *) known=no ;;
  esac
  case $command$known in
    REGISTERno) names=$names$name$newline ;;
    REGISTERyes) ;;
    UNREGISTERyes)
      names=${names%%"$newline$name$newline"*}$newline${names#*"$newline$name$newline"}
      ;;
    UNREGISTERno) complain "KeyError: '$name'" ;;
    *) complain "RuntimeError: unrecognized command '$command'" ;;
  esac
done

set -f
IFS=$newline
# shellcheck disable=SC2086 # one word a line
set -- $names
if [ $# -gt 0 ]; then
  warn "There appear to be $# leaked shared_memory objects to clean up at shutdown"
fi
for name; do
  file=${name#/}
  case $file in
    */* | '' | . | ..) warn "'$name': [Errno 22] Invalid argument: '$name'" ;;
    *)
      if ! [ -e "/dev/shm/$file" ]; then
        warn "'$name': [Errno 2] No such file or directory: '$name'"
      elif ! rm -f "/dev/shm/$file" 2>/dev/null; then
        warn "'$name': [Errno 13] Permission denied: '$name'"
      fi
      ;;
  esac
done
