#include "database/new_file.hpp"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <system_error>
#include <utility>

#include "runtime/descriptor.hpp"

namespace gatehouse::database {
namespace {

using runtime::Descriptor;

std::unexpected<std::string> failure(const std::string& doing) {
  return std::unexpected(doing + ": " + std::generic_category().message(errno));
}

std::expected<void, std::string> put_on_disk(const std::string& path) {
  const Descriptor file{::open(path.c_str(), O_RDONLY | O_CLOEXEC)};
  if (!file || ::fsync(file.get()) != 0) return failure("cannot write " + path + " to the disk");
  return {};
}

std::string folder_of(const std::string& path) {
  const std::string folder = std::filesystem::path{path}.parent_path().string();
  return folder.empty() ? "." : folder;
}

/// Some file systems cannot check and rename in one step; there, somebody may create the name in between.
int rename_to_free_name(const std::string& from, const std::string& to) {
  if (::renameat2(AT_FDCWD, from.c_str(), AT_FDCWD, to.c_str(), RENAME_NOREPLACE) == 0) return 0;
  if (errno != EINVAL && errno != ENOSYS) return -1;
  struct stat found{};
  if (::lstat(to.c_str(), &found) == 0) {
    errno = EEXIST;
    return -1;
  }
  return std::rename(from.c_str(), to.c_str());
}

}  // namespace

std::expected<NewFile, std::string> NewFile::create(const std::string& target) {
  std::string path = target + ".part-XXXXXX";
  const Descriptor made{::mkostemp(path.data(), O_CLOEXEC)};
  if (!made) return failure("cannot write to " + folder_of(target));
  return NewFile{target, path};
}

NewFile::NewFile(NewFile&& other) noexcept : target_(other.target_), path_(std::exchange(other.path_, {})) {}

NewFile::~NewFile() {
  if (path_.empty()) return;
  // A database that is being written may have these files beside it.
  for (const char* suffix : {"", "-journal", "-wal", "-shm"}) ::unlink((path_ + suffix).c_str());
}

std::expected<void, std::string> NewFile::publish(Replacing replacing) {
  if (auto written = put_on_disk(path_); !written) return written;
  const bool may_replace = replacing == Replacing::allowed;
  const int code = may_replace ? std::rename(path_.c_str(), target_.c_str()) : rename_to_free_name(path_, target_);
  if (code != 0) return failure("cannot give the file the name " + target_);
  path_.clear();
  return put_on_disk(folder_of(target_));
}

}  // namespace gatehouse::database
