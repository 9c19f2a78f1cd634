#include "database/sqlite/other_processes.hpp"

#include <fcntl.h>
#include <unistd.h>

#include <fstream>

namespace gatehouse::database::sqlite {
namespace {

// After the eight locks of the log's index, which begin at byte 120.
constexpr off_t dead_mans_switch = 128;

/// A process of another container has a number that means nothing here.
std::string describe(pid_t process) {
  std::ifstream file{"/proc/" + std::to_string(process) + "/comm"};
  std::string name;
  if (process <= 0 || !std::getline(file, name)) return "a process that cannot be seen from here";
  return name + ", process " + std::to_string(process);
}

}  // namespace

OtherProcesses::~OtherProcesses() {
  if (file_ >= 0) ::close(file_);
}

std::vector<std::string> OtherProcesses::list() {
  if (file_ < 0) file_ = ::open(shm_path_.c_str(), O_RDONLY | O_CLOEXEC);
  struct flock lock{};
  lock.l_type = F_WRLCK;
  lock.l_whence = SEEK_SET;
  lock.l_start = dead_mans_switch;
  lock.l_len = 1;
  if (file_ < 0 || ::fcntl(file_, F_GETLK, &lock) != 0 || lock.l_type == F_UNLCK) return {};
  return {describe(lock.l_pid)};
}

}  // namespace gatehouse::database::sqlite
