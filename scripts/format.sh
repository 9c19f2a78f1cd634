# ./dev format

format_usage() {
  cat <<'TEXT'
usage: ./dev format

Formats every C++ file of src, tests, bench and cmake in place, as .clang-format says.
TEXT
}

# cpp_files: every C++ file of ours, NUL-separated.
cpp_files() { find src tests bench cmake -type f \( -name '*.cpp' -o -name '*.hpp' \) -print0; }

format_command() {
  [[ $# -eq 0 ]] || { format_usage >&2; return 2; }
  ensure_packages "${packages_format[@]}"
  cpp_files | xargs -0 clang-format-19 -i
}
