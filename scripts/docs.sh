# ./dev docs

docs_usage() {
  cat <<'TEXT'
usage: ./dev docs [--build]

Builds the documentation into build/docs and serves it on http://127.0.0.1:8001 until Ctrl-C: the pages of README.md and docs/, the
reference of the HTTP interface, and that of the code. Set DOCS_PORT for another port, and DOCS_HOST for an address that other
machines can reach. No page loads anything from any other server.

  --build   only build it

The build fails on a class or an enumeration without a comment, a comment that Doxygen cannot read, and a broken link.
TEXT
}

docs_site=build/docs
docs_tools=build/docs-tools

docs_command() {
  local serve=yes
  while [[ $# -gt 0 ]]; do
    case $1 in
      --build) serve= ;;
      *) echo "./dev docs: unknown option '$1'" >&2; docs_usage >&2; return 2 ;;
    esac
    shift
  done
  local host=${DOCS_HOST:-127.0.0.1} port=${DOCS_PORT:-8001}
  [[ -z $serve ]] || check_docs_address "$host" "$port"
  ensure_packages "${packages_docs[@]}"
  build_docs
  [[ -z $serve ]] || exec /usr/bin/python3 scripts/docs/serve.py "$docs_site" "$host" "$port"
}

# check_docs_address <host> <port>: refuses a wrong or taken address, so that nobody waits for a build first.
check_docs_address() {
  local host=$1 port=$2
  if [[ ! $port =~ ^[0-9]{1,5}$ ]] || ((10#$port < 1 || 10#$port > 65535)); then
    echo "./dev docs: DOCS_PORT must be a number from 1 to 65535, not '$port'" >&2
    return 2
  fi
  if ! getent ahosts "$host" >/dev/null; then
    echo "./dev docs: DOCS_HOST must be an address of this machine, not '$host'" >&2
    return 2
  fi
  [[ $host != 0.0.0.0 && $host != :: ]] || host=127.0.0.1
  (: <"/dev/tcp/$host/$port") 2>/dev/null || return 0
  echo "./dev docs: port $port is in use. Stop what uses it, or choose another port: DOCS_PORT=$((10#$port + 1)) ./dev docs" >&2
  return 1
}

# build_docs: builds in a new folder, which replaces the old one once it is complete.
build_docs() {
  local new=$docs_site.new
  rm -rf "$new"
  mkdir -p "$new/code" "$new/reference"
  document_code "$new/code"
  PYTHONDONTWRITEBYTECODE=1 /usr/bin/python3 scripts/docs/pages.py "$new"
  install_reference_tools
  make_reference "$new/reference"
  cmake -DINPUT=api/openapi.yaml "-DOUTPUT=$new/reference/openapi.yaml" -P cmake/bundle_description.cmake
  describe_reference "$new/reference"
  rm -rf "$docs_site"
  mv "$new" "$docs_site"
  echo "./dev docs: built $docs_site/index.html"
}

# document_code <folder>. Strict only with the Doxygen version that the comments were written for: another may complain about correct ones.
document_code() {
  local strict=NO
  [[ $(doxygen --version) != 1.9.4* ]] || strict=FAIL_ON_WARNINGS
  configure_doxygen "OUTPUT_DIRECTORY = $1" "WARN_AS_ERROR = $strict" | doxygen - || {
    echo "./dev docs: Doxygen cannot read the comments above" >&2
    return 1
  }
  # Opening and closing lists needs scripts, so all lists stay open.
  find "$1" -name '*.html' -exec sed -i -E 's/ onclick="[^"]*"//g; s/ style="display:none;"//g; s#<div class="levels">.*</div>##' {} +
  configure_doxygen "GENERATE_HTML = NO" "GENERATE_XML = NO" "WARN_IF_UNDOCUMENTED = YES" | doxygen - 2>&1 |
    /usr/bin/python3 scripts/docs/undocumented.py || {
    echo "./dev docs: these need a comment (///) that says what they are for" >&2
    return 1
  }
}

configure_doxygen() { cat scripts/docs/Doxyfile && printf '%s\n' "$@"; }

# Replaces the picture in redoc's badge, which the page would otherwise load from its makers.
redoc_badge="data:image/svg+xml,%3Csvg xmlns='http://www.w3.org/2000/svg' width='40' height='14'%3E%3Ctext y='11' font-size='12' font-family='sans-serif'%3ERedoc%3C/text%3E%3C/svg%3E"

docs_reference=scripts/docs/reference

has_reference_tools() { cmp -s "$docs_reference/package-lock.json" "$docs_tools/installed.json"; }

install_reference_tools() {
  has_reference_tools && return
  mkdir -p "$docs_tools"
  cp "$docs_reference"/{package.json,package-lock.json,.npmrc} "$docs_tools/"
  (cd "$docs_tools" && npm ci --ignore-scripts --no-audit --no-fund --loglevel=error) || {
    echo "./dev docs: npm could not install the packages in $docs_reference/package.json" >&2
    return 1
  }
  cp "$docs_reference/package-lock.json" "$docs_tools/installed.json"
}

# make_reference <folder>: writes a page, and redoc's one script beside it.
make_reference() {
  cp "$docs_reference"/{index.html,page.js} "$1/"
  sed -E "s#https://cdn\.redoc\.ly/redoc/[a-z-]+\.svg#$redoc_badge#g" "$docs_tools/node_modules/redoc/bundles/redoc.standalone.js" >"$1/redoc.js"
}

# describe_reference <folder>: writes the openapi.json that the page shows from the openapi.yaml that is there.
describe_reference() { /usr/bin/python3 scripts/docs/description.py "$1/openapi.yaml" "$1/openapi.json"; }
