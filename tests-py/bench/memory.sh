#!/usr/bin/env bash
# Runs a command, and writes to a file how many KB of memory all its processes had at most at once: the sum of their
# proportional set sizes, sampled as often as it goes. In bash, as a Python that is not warm would see too little of
# a short program.
#
#   memory.sh FILE COMMAND [ARGUMENT …]

file=$1
shift

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

# Adds to `total` what the process $1 and its descendants have.
add() {
  local lines words child
  if { mapfile -t -n 3 lines <"/proc/$1/smaps_rollup"; } 2>/dev/null && ((${#lines[@]} == 3)); then
    read -r -a words <<<"${lines[2]}"
    ((total += words[1]))
  fi
  for child in ${children[$1]}; do
    add "$child"
  done
}

"$@" &
command=$!
most=0
while [[ -n $(jobs -r) ]]; do
  total=0
  find_children
  add "$command"
  ((most = total > most ? total : most))
done
wait "$command"
status=$?
echo "$most" >"$file"
exit "$status"
