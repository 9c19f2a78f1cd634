# cmake -DFOLDER=<source> -DVERSION=<version> -DOUTPUT=<file> -P write_build.cmake: writes the source that says which build this is
# (base/build.hpp). GATEHOUSE_COMMIT names the commit if there is no git. A file that would not change is left as it is.
set(commit "$ENV{GATEHOUSE_COMMIT}")
if(NOT commit)
  execute_process(COMMAND git -C "${FOLDER}" rev-parse --short=12 HEAD OUTPUT_VARIABLE commit ERROR_QUIET
                  OUTPUT_STRIP_TRAILING_WHITESPACE)
endif()
if(NOT commit)
  set(commit unknown)
endif()
file(CONFIGURE OUTPUT "${OUTPUT}" @ONLY CONTENT [[#include "base/build.hpp"

namespace gatehouse {

Build this_build() { return {.version = "@VERSION@", .commit = "@commit@"}; }

}  // namespace gatehouse
]])
