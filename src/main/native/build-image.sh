#!/bin/sh
# Compiles dump-x86_64.c to the listing that io.polyproc.hotspot.ProcessImage loads, and
# restore-x86_64.c to the program that the distribution has, as hexadecimal digits; needs gcc and binutils.
#   src/main/native/build-image.sh [FOLDER]    (default: io/polyproc in the resources of the project)
set -eu
here=$(cd "$(dirname "$0")" && pwd)
out=${1:-$here/../resources/io/polyproc}
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
mkdir -p "$out/hotspot" "$out/distribution"
flags="-std=gnu17 -Os -Wall -Werror -Wno-unused-parameter -Wno-unused-function -Wno-array-bounds
  -ffreestanding -fno-builtin -fPIC -fvisibility=hidden -fno-stack-protector -fcf-protection=none
  -fno-asynchronous-unwind-tables -fno-tree-loop-distribute-patterns -mno-red-zone -mgeneral-regs-only
  -nostdlib"

# shellcheck disable=SC2086 # several flags
gcc $flags -c "$here/dump-x86_64.c" -o "$work/dump.o"
ld -T "$here/dump-x86_64.ld" "$work/dump.o" -o "$work/dump.elf"
if readelf -r "$work/dump.elf" | grep -q Offset; then
  echo "build-image.sh: the code needs relocations" >&2
  exit 1
fi
{
  echo "# Machine code of src/main/native/dump-x86_64.c, made by build-image.sh there. Do not edit."
  objdump -d -z -w "$work/dump.elf" | sed -n '/^[0-9a-f]* </,$p' | sed 's/[[:space:]]*$//'
} >"$out/hotspot/dump-x86_64.lst"

# shellcheck disable=SC2086
gcc $flags -mstackrealign -static -no-pie -s -Wl,-Ttext-segment=0x600000000000 -Wl,--build-id=none \
  -Wl,-z,noexecstack -Wl,-z,norelro "$here/restore-x86_64.c" -o "$work/restore"
{
  echo "# The program of src/main/native/restore-x86_64.c, made by build-image.sh there. Do not edit."
  od -An -v -tx1 "$work/restore" | tr -d ' '
} >"$out/distribution/restore-x86_64.hex"
