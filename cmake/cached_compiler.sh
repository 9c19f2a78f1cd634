#!/bin/sh
# usage: cached_compiler.sh <ccache> <compiler> <argument>...
#
# The compiler behind ccache. A precompiled header is not taken from the cache: clang's names the headers it was made from by
# absolute paths, and GCC's differs from one run to the next. It is made afresh, and a checksum of all it was made from is
# written beside it. ccache compares that checksum (pch_external_checksum), so what uses the header is found in the cache by
# every clone of the repository.
set -eu

ccache=$1
shift
case " $* " in
  *" c++-header "*) ;;
  *)
    # What lies below the folder of the build, from where this runs, is named relative to it: ccache leaves clang's own
    # options (-Xclang) as they are.
    for argument; do
      shift
      set -- "$@" "${argument#"$PWD/"}"
    done
    exec "$ccache" "$@"
    ;;
esac

"$@"

# sources <dependency file>: the files in it, one a line.
sources() { sed -e 's/^[^ ]*: *//' -e 's/ *\\$//' "$1" | tr -s ' ' '\n' | sed '/^$/d'; }

previous='' output='' dependencies=''
for argument in "$@"; do
  case $previous in
    -o) output=$argument ;;
    -MF) dependencies=$argument ;;
  esac
  previous=$argument
done
rm -f "$output.sum"
# Without it ccache compares the header itself: correct, but found by this clone only.
{ sources "$dependencies" | xargs cat | sha256sum >"$output.sum"; } 2>/dev/null || rm -f "$output.sum"
