# ./dev settings

settings_usage() {
  cat <<'TEXT'
usage: ./dev settings

Writes .env.example and the tables of docs/configuration.md, as `gatehouse settings` prints them, after a setting has changed.
TEXT
}

settings_command() {
  [[ $# -eq 0 ]] || { settings_usage >&2; return 2; }
  ensure_packages "${packages_build[@]}"
  compile release gatehouse
  build/release/gatehouse settings --env >.env.example
  write_between_markers docs/configuration.md settings < <(build/release/gatehouse settings --markdown)
}

# write_between_markers <file> <name>: replaces the text between the two comments of that name with standard input.
write_between_markers() {
  local file=$1 name=$2 text
  text=$(cat)
  [[ $(grep -c -e "^<!-- $name:" -e "^<!-- end of $name -->" "$file") -eq 2 ]] || {
    echo "./dev settings: $file has lost the comments around its $name" >&2
    return 1
  }
  awk -v name="$name" -v text="$text" '
    $0 ~ "^<!-- end of " name { print text; print ""; inside = 0 }
    !inside { print }
    $0 ~ "^<!-- " name ":" { print ""; inside = 1 }
  ' "$file" >"$file.new"
  mv "$file.new" "$file"
}
