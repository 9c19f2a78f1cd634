#!/bin/sh
# stand_ins.sh <folder> <library>...: makes empty libraries in place of those that these libraries load and Gatehouse never uses.
#
# libpq can find servers by LDAP, and libcurl speaks LDAP, RTMP and HTTP. What they load for that takes 6.5 MB, most of it GnuTLS.
# Gatehouse asks libpq for no service and libcurl only for SMTP, so none of it is called. A stand-in has the functions that libpq and
# libcurl import, because the loader wants to find them; each says that it is absent and ends the program.
set -eu

folder=$1
shift

unused='lib(ldap|lber|rtmp|nghttp2|psl|brotlidec|zstd)[-.]'
# Debian 13's OpenSSL compresses certificates with zstd, so there the real libzstd stays.
if ldd "$@" | awk '$1 == "libcrypto.so.3" { print $3; exit }' | xargs nm -D --undefined-only | grep ZSTD_ >/dev/null; then
  unused='lib(ldap|lber|rtmp|nghttp2|psl|brotlidec)[-.]'
fi

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

# make_stand_in <file name> <library>
make_stand_in() {
  nm -D --defined-only "$2" | awk '$2 == "T" { sub("@@", "@", $3); print $3 }' | sort -u >"$work/exported"
  comm -12 "$work/exported" "$work/imported" >"$work/functions"
  {
    printf '#include <stdio.h>\n#include <stdlib.h>\n'
    printf 'static void absent(const char* name) { fprintf(stderr, "%%s is not in this image\\n", name); abort(); }\n'
    sed -E 's/@.*//; s/.*/void &(void) { absent("&"); }/' "$work/functions"
  } >"$work/functions.c"
  # `OPENLDAP_2.5 { *; };`, or without a name if the library has no versions.
  echo "$(sed -n 's/.*@//p' "$work/functions" | sort -u) { *; };" >"$work/versions"
  gcc -shared -fPIC -O2 -s -Wl,-z,noseparate-code -Wl,--version-script="$work/versions" -Wl,-soname="$1" -o "$folder/$1" "$work/functions.c"
}

mkdir -p "$folder"
nm -D --undefined-only "$@" | awk '$1 == "U" { print $2 }' | sort -u >"$work/imported"
ldd "$@" | awk -v unused="^$unused" '$1 ~ unused { print $1, $3 }' | sort -u >"$work/libraries"
while read -r name path; do make_stand_in "$name" "$path"; done <"$work/libraries"
