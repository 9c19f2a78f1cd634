#!/bin/sh
# collect.sh <program> <folder>: collects what deploy/Dockerfile puts into its images, in three folders to be copied to /.
#
#   root/  the program, the libraries that it loads and their loader, certificate authorities, names of users
#   opt/   the same in opt/gatehouse/, started by a script, for systems with another C library
#   data/  an empty data/, for the user that the program runs as
set -eu

program=$1
target=$2

# library <soname>: the path of a library. The program loads these three at run time.
library() { ldconfig -p | awk -v name="$1" '$1 == name { print $NF; exit }'; }
libpq=$(library libpq.so.5)
libcurl=$(library libcurl.so.4)
libcrypt=$(library libcrypt.so.1)

stand_ins=$(mktemp -d)
trap 'rm -rf "$stand_ins"' EXIT
"$(dirname "$0")/stand_ins.sh" "$stand_ins" "$libpq" "$libcurl"

# all_loaded [option]: what ldd says about the program and these libraries.
all_loaded() { LD_LIBRARY_PATH=$stand_ins ldd "$@" "$program" "$libpq" "$libcurl" "$libcrypt" 2>&1; }
if all_loaded -r | grep -E 'not found|undefined symbol' >&2; then exit 1; fi

# The list includes the loader.
libraries=$(all_loaded | sed -nE 's/^.* => (\/[^ ]+) .*$/\1/p; s/^[[:space:]]+(\/[^ ]+) \(.*$/\1/p' | sort -u
  printf '%s\n' "$libpq" "$libcurl" "$libcrypt")
loader=$(ldd "$program" | grep -o '/[^ ]*/ld-[^ ]*')

mkdir -p "$target/root/etc/ssl/certs" "$target/opt/opt/gatehouse/lib" "$target/data/data"
strip -o "$target/root/gatehouse" "$program"
cp /etc/ssl/certs/ca-certificates.crt "$target/root/etc/ssl/certs/"
echo 'gatehouse:x:65532:65532::/data:/gatehouse' >"$target/root/etc/passwd"
echo 'gatehouse:x:65532:' >"$target/root/etc/group"
echo 'hosts: files dns' >"$target/root/etc/nsswitch.conf"

cp "$target/root/gatehouse" "$target/opt/opt/gatehouse/gatehouse.program"
cp /etc/ssl/certs/ca-certificates.crt "$target/opt/opt/gatehouse/"
for path in $libraries; do
  folder=$(dirname "$path")
  [ "$folder" != "$stand_ins" ] || folder=$(dirname "$libcurl")
  mkdir -p "$target/root$folder"
  cp -L "$path" "$target/root$folder/"
  cp -L "$path" "$target/opt/opt/gatehouse/lib/"
done
cat >"$target/opt/opt/gatehouse/gatehouse" <<SCRIPT
#!/bin/sh
exec /opt/gatehouse/lib/$(basename "$loader") --library-path /opt/gatehouse/lib /opt/gatehouse/gatehouse.program "\$@"
SCRIPT

find "$target" -type d -exec chmod 755 {} +
find "$target" -type f -exec chmod 644 {} +
chmod 755 "$target/root/gatehouse" "$target/root$loader" "$target/opt/opt/gatehouse/gatehouse" \
  "$target/opt/opt/gatehouse/gatehouse.program" "$target/opt/opt/gatehouse/lib/$(basename "$loader")"
chmod 700 "$target/data/data"
find "$target" -exec touch -h -d "@${SOURCE_DATE_EPOCH:-0}" {} +
