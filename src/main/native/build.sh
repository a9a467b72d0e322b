#!/bin/sh
# Compiles fork-x86_64.c to the listing that io.polyproc.hotspot.JvmFork loads; needs gcc and binutils.
#   src/main/native/build.sh [FILE]    (default: the resource of the project)
set -eu
here=$(cd "$(dirname "$0")" && pwd)
out=${1:-$here/../resources/io/polyproc/hotspot/fork-x86_64.lst}
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
gcc -std=gnu17 -Os -Wall -Werror -Wno-unused-parameter -ffreestanding -fPIC -fvisibility=hidden \
  -fno-stack-protector -fcf-protection=none -fno-asynchronous-unwind-tables -fno-tree-loop-distribute-patterns -fno-jump-tables -fno-tree-switch-conversion \
  -mno-red-zone -mgeneral-regs-only -nostdlib -c "$here/fork-x86_64.c" -o "$work/fork.o"
ld --no-warn-rwx-segments -T "$here/fork-x86_64.ld" "$work/fork.o" -o "$work/fork.elf"
if readelf -r "$work/fork.elf" | grep -q Offset; then
  echo "build.sh: the code needs relocations" >&2
  exit 1
fi
{
  echo "# Machine code of src/main/native/fork-x86_64.c, made by build.sh there. Do not edit."
  echo "# $(gcc --version | head -n 1)"
  objdump -d -w "$work/fork.elf" | sed -n '/^[0-9a-f]* </,$p' | sed 's/[[:space:]]*$//'
} >"$out"
