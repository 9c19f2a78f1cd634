# ./dev hooks

hooks_usage() {
  cat <<'TEXT'
usage: ./dev hooks [--remove]

Lets git check each commit of this clone: that the C++ files in it are formatted, and that its subject is `area: imperative` of at
most 72 columns. The checks are in scripts/git_hooks/. `git commit --no-verify` skips them once.
TEXT
}

hooks_command() {
  case ${1:-} in
    '')
      git config core.hooksPath scripts/git_hooks
      echo "./dev hooks: git runs scripts/git_hooks/ at each commit"
      ;;
    --remove)
      git config --unset core.hooksPath || true
      echo "./dev hooks: git no longer runs checks"
      ;;
    *) hooks_usage >&2; return 2 ;;
  esac
}
