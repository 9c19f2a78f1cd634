#!/bin/sh
# man_pages.sh <program> <folder>: writes gatehouse(1), and one page for each of its commands, as --help describes them.
set -eu

program=$1
folder=$2
version=$("$program" --version | cut -d ' ' -f 2)
date=$(date -u -d "@${SOURCE_DATE_EPOCH:-0}" +%Y-%m-%d)

# help_of [command]...
help_of() { "$program" "$@" --help; }

subcommands_of() { help_of "$@" | awk '/^Subcommands:/ { inside = 1; next } /^[^ ]|^$/ { inside = 0 } inside { print $1 }'; }

# Writes a line of text as roff needs it.
# shellcheck disable=SC2016  # the backticks are the text's
roff() { sed -e 's/\\/\\e/g' -e 's/-/\\-/g' -e "s/^[.']/\\\\\\&&/" -e 's/`\([^`]*\)`/\\fB\1\\fR/g'; }

# The entries of a list of the help, each as a tagged paragraph. Long names have their text on the next line.
entries_of() {
  section=$1
  shift
  help_of "$@" | awk -v section="$section:" '
    $0 == section { inside = 1; next }
    /^[^ ]|^$/ { inside = 0 }
    !inside { next }
    /^  [^ ]/ {
      name = $0
      text = ""
      if (match($0, /[^ ]  +[^ ]/)) {
        name = substr($0, 1, RSTART)
        text = substr($0, RSTART + RLENGTH - 1)
      }
      sub(/^ +/, "", name)
      print ".TP"
      print "`" name "`"
      if (text != "") print text
      next
    }
    { sub(/^ +/, ""); print }' | while IFS= read -r line; do
    if [ "$line" = .TP ]; then echo .TP; else printf '%s\n' "$line" | roff; fi
  done
}

# describe_lists [command]...: its arguments and options.
describe_lists() {
  for section in Positionals Options; do
    entries_of "$section" "$@"
  done
}

summary_of() { help_of "$@" | head -n 1 | roff; }
usage_of() { help_of "$@" | sed -n 's/^Usage: //p' | roff; }

# begin_page <name> <summary>
begin_page() {
  printf '.TH %s 1 %s "Gatehouse %s" "User Commands"\n' "$(echo "$1" | tr '[:lower:]' '[:upper:]')" "$date" "$version"
  printf '.SH NAME\n%s \\- %s\n' "$(echo "$1" | roff)" "$2"
}

end_page() {
  cat <<'TEXT'
.SH FILES
.TP
.I /etc/gatehouse/gatehouse.env
Settings of the service.
.TP
.I /etc/gatehouse/secrets.env
The service's secrets, made during installation.
.TP
.I /var/lib/gatehouse
The service's working directory; the SQLite database is in data/.
.SH "EXIT STATUS"
0 if all went well, 1 for a failure, 2 for a command line that cannot be read, 3 if only part of the work could be done, 78 for
settings with mistakes.
TEXT
  printf '.SH "SEE ALSO"\n%s\n' "$1"
}

mkdir -p "$folder"
commands=$(subcommands_of | grep -vxE 'help|version')
others='' separator=''
for command in $commands; do
  others="$others$separator.BR gatehouse\\-$command (1)"
  separator=',
'
done

{
  begin_page gatehouse 'authentication and user management, as one program'
  printf '.SH SYNOPSIS\n%s\n.SH DESCRIPTION\n' "$(usage_of)"
  echo 'Gatehouse serves an HTTP interface through which applications register users, log them in and check their sessions and tokens.'
  echo 'Settings come from the environment and from the file .env in the working directory;'
  echo '.B gatehouse settings'
  echo 'lists them all, and'
  echo '.B gatehouse doctor'
  echo 'shows those in force.'
  echo '.SH COMMANDS'
  entries_of Subcommands
  echo '.SH OPTIONS'
  describe_lists
  end_page "$others"
} >"$folder/gatehouse.1"

for command in $commands; do
  {
    begin_page "gatehouse-$command" "$(summary_of "$command")"
    printf '.SH SYNOPSIS\n%s\n.SH OPTIONS\n' "$(usage_of "$command")"
    describe_lists "$command"
    for part in $(subcommands_of "$command"); do
      printf '.SH "%s"\n%s.\n.PP\n%s\n' "$(echo "$command $part" | tr '[:lower:]' '[:upper:]')" "$(summary_of "$command" "$part")" \
        "$(usage_of "$command" "$part")"
      describe_lists "$command" "$part"
    done
    end_page '.BR gatehouse (1)'
  } >"$folder/gatehouse-$command.1"
done
