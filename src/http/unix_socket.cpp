#include "http/unix_socket.hpp"

#include <fcntl.h>
#include <grp.h>
#include <poll.h>
#include <sys/file.h>
#include <sys/socket.h>
#include <sys/stat.h>

#include <algorithm>
#include <cerrno>
#include <filesystem>
#include <iterator>
#include <optional>
#include <system_error>
#include <utility>
#include <vector>

// Two processes that start at once may both find the socket of a dead one. If each removed it and bound its own, the
// second would remove the first one's, which would go on listening and never get a connection. So they take turns, with
// a lock on the folder, which leaves no file behind. Whoever can read the folder can hold that lock, so the wait for it
// is short, and the start then goes on without it.

namespace gatehouse::http {
namespace {

using runtime::Descriptor;
using Failure = std::unexpected<std::string>;

constexpr int lock_tries = 20;
constexpr int lock_pause_ms = 50;
constexpr std::string_view no_folder = "its folder does not exist";
constexpr std::string_view no_socket = "it exists and is not a socket; remove it, or choose another path";
constexpr mode_t mode_of_owner = 0600;
constexpr std::size_t group_bytes_max = std::size_t{1} << 20U;

std::string message_of(int error) { return std::generic_category().message(error); }

/// nullopt if there is no such group.
std::optional<gid_t> group_id(const std::string& name) {
  std::vector<char> buffer(4096);
  group entry{};
  group* found = nullptr;
  while (getgrnam_r(name.c_str(), &entry, buffer.data(), buffer.size(), &found) == ERANGE) {
    if (buffer.size() >= group_bytes_max) return std::nullopt;
    buffer.resize(buffer.size() * 2);
  }
  return found == nullptr ? std::nullopt : std::optional{found->gr_gid};
}

std::string no_group(const std::string& name) { return "LISTEN_UNIX_GROUP " + name + " does not exist"; }

/// Waits for a process that is just starting to listen in the same folder. The lock is held while the descriptor is
/// open.
Descriptor lock_folder(const std::string& path) {
  Descriptor folder{::open(std::filesystem::path{path}.parent_path().c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC)};
  for (int i = 0; i < lock_tries && folder && ::flock(folder.get(), LOCK_EX | LOCK_NB) != 0; ++i) {
    ::poll(nullptr, 0, lock_pause_ms);
  }
  return folder;
}

Descriptor new_socket() { return Descriptor{::socket(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0)}; }

const sockaddr* as_any(const sockaddr_un& address) { return reinterpret_cast<const sockaddr*>(&address); }

/// Removes what a dead process has left: a socket on which nobody listens refuses connections.
std::expected<void, std::string> make_way(const std::string& path) {
  struct stat status{};
  if (::lstat(path.c_str(), &status) != 0) {
    if (errno != ENOENT) return Failure{message_of(errno)};
    return {};
  }
  if (!S_ISSOCK(status.st_mode)) return Failure{std::string{no_socket}};
  const sockaddr_un address = unix_address(path);
  const Descriptor probe = new_socket();
  if (::connect(probe.get(), as_any(address), sizeof address) == 0 || errno == EAGAIN || errno == EPROTOTYPE) {
    return Failure{"another process listens on it"};
  }
  if (errno != ECONNREFUSED) return Failure{message_of(errno)};
  if (::unlink(path.c_str()) != 0) {
    return Failure{"a process that has ended left it behind, and it cannot be removed: " + message_of(errno)};
  }
  return {};
}

std::expected<void, std::string> open_to_others(const UnixSocketSettings& settings, std::optional<gid_t> group) {
  constexpr auto same_user = static_cast<uid_t>(-1);
  if (group && ::lchown(settings.path.c_str(), same_user, *group) != 0) {
    return Failure{"it cannot be given to LISTEN_UNIX_GROUP " + settings.group + ": " + message_of(errno) +
                   "; the user of this process must be in that group"};
  }
  if (::chmod(settings.path.c_str(), settings.mode) != 0) return Failure{message_of(errno)};
  return {};
}

}  // namespace

sockaddr_un unix_address(std::string_view path) {
  sockaddr_un address{.sun_family = AF_UNIX, .sun_path = {}};
  std::ranges::copy(path.substr(0, unix_path_bytes_max), std::begin(address.sun_path));
  return address;
}

UnixSocketFile::UnixSocketFile(std::string path) : path_(std::move(path)) {
  struct stat status{};
  if (::lstat(path_.c_str(), &status) != 0) path_.clear();
  device_ = status.st_dev;
  inode_ = status.st_ino;
}

UnixSocketFile::UnixSocketFile(UnixSocketFile&& other) noexcept
    : path_(std::exchange(other.path_, {})), device_(other.device_), inode_(other.inode_) {}

void UnixSocketFile::remove() noexcept {
  const std::string path = std::exchange(path_, {});
  struct stat status{};
  if (path.empty() || ::lstat(path.c_str(), &status) != 0) return;
  if (status.st_dev == device_ && status.st_ino == inode_) ::unlink(path.c_str());
}

std::expected<UnixSocket, std::string> listen_on(const UnixSocketSettings& settings) {
  std::optional<gid_t> group;
  if (!settings.group.empty()) {
    group = group_id(settings.group);
    if (!group) return Failure{no_group(settings.group)};
  }
  const Descriptor lock = lock_folder(settings.path);
  if (auto way = make_way(settings.path); !way) return Failure{std::move(way.error())};

  Descriptor socket = new_socket();
  if (!socket) return Failure{message_of(errno)};
  ::fchmod(socket.get(), mode_of_owner);  // bind() applies it to the file
  const sockaddr_un address = unix_address(settings.path);
  if (::bind(socket.get(), as_any(address), sizeof address) != 0) {
    return Failure{errno == ENOENT ? std::string{no_folder} : message_of(errno)};
  }
  UnixSocketFile file{settings.path};
  if (auto opened = open_to_others(settings, group); !opened) return Failure{std::move(opened.error())};
  if (::listen(socket.get(), SOMAXCONN) != 0) return Failure{message_of(errno)};
  return UnixSocket{.descriptor = std::move(socket), .file = std::move(file)};
}

std::optional<std::string> obstacle_to(const UnixSocketSettings& settings) {
  if (!settings.group.empty() && !group_id(settings.group)) return no_group(settings.group);
  struct stat status{};
  const std::string folder = std::filesystem::path{settings.path}.parent_path();
  if (::stat(folder.c_str(), &status) != 0 && errno == ENOENT) return std::string{no_folder};
  if (::lstat(settings.path.c_str(), &status) == 0 && !S_ISSOCK(status.st_mode)) return std::string{no_socket};
  return std::nullopt;
}

}  // namespace gatehouse::http
