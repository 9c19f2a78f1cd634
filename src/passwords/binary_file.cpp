#include "passwords/binary_file.hpp"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstdlib>
#include <filesystem>
#include <stdexcept>
#include <system_error>
#include <utility>

namespace gatehouse::passwords {
namespace {

[[noreturn]] void fail_with(const std::string& path, std::string_view what, int error) {
  throw std::runtime_error(path + " " + std::string{what} + ": " + std::generic_category().message(error));
}

constexpr mode_t readable_for_all = S_IRUSR | S_IWUSR | S_IRGRP | S_IROTH;

}  // namespace

BinaryFile BinaryFile::open(const std::string& path) {
  const int descriptor = ::open(path.c_str(), O_RDONLY | O_CLOEXEC);
  if (descriptor < 0) fail_with(path, "cannot be opened", errno);
  return BinaryFile{path, descriptor};
}

BinaryFile BinaryFile::create_beside(const std::string& path) {
  std::string name = path + ".XXXXXX";
  const int descriptor = ::mkostemp(name.data(), O_CLOEXEC);
  if (descriptor < 0) fail_with(path, "cannot be written", errno);
  BinaryFile file{std::move(name), descriptor};
  file.is_temporary_ = true;
  return file;
}

BinaryFile::BinaryFile(BinaryFile&& other) noexcept
    : path_(std::move(other.path_)),
      descriptor_(std::exchange(other.descriptor_, -1)),
      is_temporary_(std::exchange(other.is_temporary_, false)) {}

BinaryFile::~BinaryFile() {
  if (is_temporary_) ::unlink(path_.c_str());
  if (descriptor_ >= 0) ::close(descriptor_);
}

void BinaryFile::fail(std::string_view what) const { fail_with(path_, what, errno); }

std::span<std::byte> BinaryFile::read(std::span<std::byte> buffer) {
  while (true) {
    const ssize_t count = ::read(descriptor_, buffer.data(), buffer.size());
    if (count >= 0) return buffer.first(static_cast<std::size_t>(count));
    if (errno != EINTR) fail("cannot be read");
  }
}

std::span<std::byte> BinaryFile::read_at(std::uint64_t offset, std::span<std::byte> buffer) const {
  std::size_t done = 0;
  while (done < buffer.size()) {
    const auto at = static_cast<off_t>(offset + done);
    const ssize_t count = ::pread(descriptor_, buffer.data() + done, buffer.size() - done, at);
    if (count == 0) break;
    if (count < 0 && errno != EINTR) fail("cannot be read");
    if (count > 0) done += static_cast<std::size_t>(count);
  }
  return buffer.first(done);
}

void BinaryFile::write(std::string_view bytes) {
  while (!bytes.empty()) {
    const ssize_t count = ::write(descriptor_, bytes.data(), bytes.size());
    if (count < 0 && errno != EINTR) fail("cannot be written");
    if (count > 0) bytes.remove_prefix(static_cast<std::size_t>(count));
  }
}

void BinaryFile::write_at(std::uint64_t offset, std::string_view bytes) {
  while (!bytes.empty()) {
    const ssize_t count = ::pwrite(descriptor_, bytes.data(), bytes.size(), static_cast<off_t>(offset));
    if (count < 0 && errno != EINTR) fail("cannot be written");
    if (count <= 0) continue;
    offset += static_cast<std::uint64_t>(count);
    bytes.remove_prefix(static_cast<std::size_t>(count));
  }
}

std::uint64_t BinaryFile::size() const {
  struct stat about{};
  if (::fstat(descriptor_, &about) != 0) fail("cannot be looked at");
  return S_ISREG(about.st_mode) ? static_cast<std::uint64_t>(about.st_size) : 0;
}

void BinaryFile::unlink() {
  if (::unlink(path_.c_str()) != 0) fail("cannot be removed");
  is_temporary_ = false;
}

void BinaryFile::take_name(const std::string& path) {
  if (::fchmod(descriptor_, readable_for_all) != 0 || ::fsync(descriptor_) != 0) fail("cannot be written");
  if (::rename(path_.c_str(), path.c_str()) != 0) fail_with(path, "cannot be replaced", errno);
  is_temporary_ = false;
  path_ = path;
  // The new name, too, must survive a loss of power.
  const std::filesystem::path folder = std::filesystem::path{path}.parent_path();
  const int descriptor = ::open(folder.empty() ? "." : folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  if (descriptor < 0) return;
  ::fsync(descriptor);
  ::close(descriptor);
}

}  // namespace gatehouse::passwords
