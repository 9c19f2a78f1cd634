# Everything that the program links, all from Debian's packages (docs/dependencies.md says what each is for, and why some are
# linked as archives).
find_package(Threads REQUIRED)
set(Boost_USE_STATIC_LIBS ON)
find_package(Boost 1.81 REQUIRED COMPONENTS json url)
find_package(OpenSSL 3.0 REQUIRED)
find_package(PostgreSQL 15 REQUIRED)
find_package(SQLite3 3.40 REQUIRED)
find_library(sqlite_archive libsqlite3.a REQUIRED)
find_package(CLI11 2.1 REQUIRED)
find_package(PkgConfig REQUIRED)
pkg_check_modules(sodium REQUIRED libsodium>=1.0.18)
# The archive, not the shared library: the linker sends its mmap and munmap to passwords/hash_memory.cpp.
find_library(sodium_archive libsodium.a HINTS ${sodium_LIBRARY_DIRS} REQUIRED)

pkg_check_modules(idn2 REQUIRED IMPORTED_TARGET libidn2>=2.3)
pkg_check_modules(utf8proc REQUIRED libutf8proc)
# The archive, because the shared library has another name in each release of Debian.
find_library(utf8proc_archive libutf8proc.a HINTS ${utf8proc_LIBRARY_DIRS} REQUIRED)

# The archive, because the shared library has another name in each release of Debian.
pkg_check_modules(hiredis REQUIRED hiredis>=0.14)
find_library(hiredis_archive libhiredis.a HINTS ${hiredis_LIBRARY_DIRS} REQUIRED)

find_package(ZLIB 1.2 REQUIRED)
find_library(zlib_archive libz.a REQUIRED)

# libcurl's headers only: mail/libcurl.hpp loads the library at run time.
find_package(CURL 7.88 REQUIRED)
find_path(mustache_folder kainjow/mustache.hpp REQUIRED)

# libpq's header only: database/postgres/libpq.hpp loads the library at run time.
add_library(gatehouse_libpq INTERFACE)
target_include_directories(gatehouse_libpq SYSTEM INTERFACE ${PostgreSQL_INCLUDE_DIRS})
target_link_libraries(gatehouse_libpq INTERFACE ${CMAKE_DL_LIBS})

# Asio and Beast are compiled once, in runtime/ and http/, instead of in every file that includes them.
add_library(gatehouse_asio INTERFACE)
target_link_libraries(gatehouse_asio INTERFACE Boost::headers Threads::Threads OpenSSL::SSL)
target_compile_definitions(gatehouse_asio INTERFACE
  BOOST_ASIO_SEPARATE_COMPILATION BOOST_BEAST_SEPARATE_COMPILATION BOOST_ASIO_NO_DEPRECATED
  BOOST_ASIO_DISABLE_VISIBILITY)
