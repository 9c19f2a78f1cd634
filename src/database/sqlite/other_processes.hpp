#pragma once

#include <string>
#include <vector>

namespace gatehouse::database::sqlite {

/// Finds out who else has a database file open: every process that uses a file with a write-ahead log holds a lock on
/// one byte of its -shm file (sqlite.org/walformat.html, section 2.3; os_unix.c calls it the dead man's switch).
///
/// Destroyed after this process's last connection to the file is closed: closing a descriptor of the -shm file drops
/// the locks that the process's connections hold on it (fcntl(2)). One thread at a time.
class OtherProcesses {
 public:
  explicit OtherProcesses(const std::string& path) : shm_path_(path + "-shm") {}
  ~OtherProcesses();
  OtherProcesses(const OtherProcesses&) = delete;
  OtherProcesses& operator=(const OtherProcesses&) = delete;

  /// One of them, in the form `gatehouse, process 4711`; the kernel reports only one. Empty if there is none.
  [[nodiscard]] std::vector<std::string> list();

 private:
  const std::string shm_path_;
  int file_ = -1;
};

}  // namespace gatehouse::database::sqlite
