#include "faulty_disk.hpp"

#include <sqlite3.h>

#include <array>
#include <atomic>
#include <mutex>

namespace gatehouse::database::sqlite {
namespace {

// SQLite has one table of functions for database files and another one for logs.
enum Kind : std::size_t { database_file, log_file };

struct Methods {
  std::once_flag once;
  // Constant from then on.
  const sqlite3_io_methods* real = nullptr;
  sqlite3_io_methods faulty{};
};

/// A layer over SQLite's own access to files (sqlite.org/vfs.html). SQLite calls it without any context, and files
/// outlive the test's disk, so the process has one layer.
struct Layer {
  sqlite3_vfs* const real = sqlite3_vfs_find(nullptr);
  sqlite3_vfs faulty = *real;
  std::array<Methods, 2> methods;
  std::atomic<bool> syncs_held = false;
  std::atomic<bool> reads_fail = false;

  Layer();
};

Layer& the_layer() {
  static Layer layer;
  return layer;
}

template <Kind kind>
int sync_when_released(sqlite3_file* file, int flags) {
  the_layer().syncs_held.wait(true);
  return the_layer().methods[kind].real->xSync(file, flags);
}

template <Kind kind>
int read_or_fail(sqlite3_file* file, void* bytes, int count, sqlite3_int64 offset) {
  if (the_layer().reads_fail) return SQLITE_IOERR_READ;
  return the_layer().methods[kind].real->xRead(file, bytes, count, offset);
}

template <Kind kind>
void make_faulty(sqlite3_file* file) {
  Methods& methods = the_layer().methods[kind];
  std::call_once(methods.once, [&] {
    methods.real = file->pMethods;
    methods.faulty = *file->pMethods;
    methods.faulty.xSync = sync_when_released<kind>;
    methods.faulty.xRead = read_or_fail<kind>;
  });
  file->pMethods = &methods.faulty;
}

int open_file(sqlite3_vfs* /*vfs*/, const char* name, sqlite3_file* file, int flags, int* opened_flags) {
  const int code = the_layer().real->xOpen(the_layer().real, name, file, flags, opened_flags);
  if (code != SQLITE_OK) return code;
  if ((flags & SQLITE_OPEN_MAIN_DB) != 0) {
    make_faulty<database_file>(file);
  } else {
    make_faulty<log_file>(file);
  }
  return code;
}

Layer::Layer() {
  faulty.zName = "faulty";
  faulty.xOpen = open_file;
}

}  // namespace

FaultyDisk::FaultyDisk() { sqlite3_vfs_register(&the_layer().faulty, 1); }

FaultyDisk::~FaultyDisk() {
  fail_reads(false);
  release_syncs();
  sqlite3_vfs_register(the_layer().real, 1);
}

void FaultyDisk::hold_syncs() { the_layer().syncs_held = true; }

void FaultyDisk::release_syncs() {
  the_layer().syncs_held = false;
  the_layer().syncs_held.notify_all();
}

void FaultyDisk::fail_reads(bool fail) { the_layer().reads_fail = fail; }

}  // namespace gatehouse::database::sqlite
