# The compiler cache, shared by all clones of this repository: paths below the source folder are taken as relative, and the
# build folder is not part of the key under which a result is found. Set here and not in a user's configuration, so that every
# way to build (./dev, ninja, an editor) shares one cache.
find_program(CCACHE_PROGRAM ccache)
if(CCACHE_PROGRAM AND NOT GATEHOUSE_COVERAGE)  # coverage counters name the folder in which they were built
  set(CMAKE_CXX_COMPILER_LAUNCHER
    env "CCACHE_BASEDIR=${CMAKE_SOURCE_DIR}" CCACHE_NOHASHDIR=1 CCACHE_PCH_EXTSUM=1
        CCACHE_SLOPPINESS=pch_defines,time_macros,include_file_mtime,include_file_ctime
        "${CMAKE_SOURCE_DIR}/cmake/cached_compiler.sh" "${CCACHE_PROGRAM}")
endif()
