#!/usr/bin/env bash
# Runs a command, and writes to a file how many KB of memory all its processes had at most at once: the sum of their
# proportional set sizes, sampled as often as it goes. In bash, as a Python that is not warm would see too little of
# a short program.
#
#   memory.sh FILE DAEMON COMMAND [ARGUMENT …]
#
# DAEMON: the pid of a daemon whose processes count too as far as they run a program, or 0.

file=$1 daemon=$2
shift 2

# Sets `children`, by the pid of the parent.
find_children() {
  local path line rest
  children=()
  for path in /proc/[0-9]*/stat; do
    if { read -r line <"$path"; } 2>/dev/null; then
      rest=${line##*) } # what follows the name: state, parent …
      rest=${rest#* }
      children[${rest%% *}]+=" ${line%% *}"
    fi
  done
}

# Adds to `total` what the process $1 and its descendants have; $2: without those that wait for a program.
add() {
  local lines words child title=''
  if [[ -n $2 ]]; then
    { IFS= read -r -d '' title <"/proc/$1/cmdline"; } 2>/dev/null
  fi
  case $title in
    'polyproc: daemon' | 'polyproc: standby' | 'polyproc: heir') ;;
    *)
      if { mapfile -t -n 3 lines <"/proc/$1/smaps_rollup"; } 2>/dev/null && ((${#lines[@]} == 3)); then
        read -r -a words <<<"${lines[2]}"
        ((total += words[1]))
      fi
      ;;
  esac
  for child in ${children[$1]}; do
    add "$child" "$2"
  done
}

"$@" &
command=$!
most=0
while [[ -n $(jobs -r) ]]; do
  total=0
  find_children
  add "$command" ''
  if ((daemon)); then
    add "$daemon" idle
  fi
  ((most = total > most ? total : most))
done
wait "$command"
status=$?
echo "$most" >"$file"
exit "$status"
