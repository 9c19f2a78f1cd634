#pragma once

#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstddef>
#include <map>
#include <optional>
#include <string>
#include <system_error>

#include "support/temporary_directory.hpp"

namespace gatehouse::testing {

/// What a service supervisor listens on: a path, or a name that is in no file system.
class NotifySocket {
 public:
  enum class Kind { path, abstract };

  explicit NotifySocket(Kind kind = Kind::path)
      : name_((directory_.path() / "notify").string()), descriptor_(::socket(AF_UNIX, SOCK_DGRAM, 0)) {
    if (kind == Kind::abstract) name_.front() = '@';
    sockaddr_un address{.sun_family = AF_UNIX, .sun_path = {}};
    std::ranges::copy(name_, std::begin(address.sun_path));
    if (kind == Kind::abstract) address.sun_path[0] = '\0';
    const auto size = static_cast<socklen_t>(offsetof(sockaddr_un, sun_path) + name_.size());
    if (::bind(descriptor_, reinterpret_cast<const sockaddr*>(&address), size) != 0) {
      throw std::system_error{errno, std::generic_category(), "bind"};
    }
  }
  ~NotifySocket() { ::close(descriptor_); }
  NotifySocket(const NotifySocket&) = delete;
  NotifySocket& operator=(const NotifySocket&) = delete;

  [[nodiscard]] std::map<std::string, std::string, std::less<>> environment() const {
    return {{"NOTIFY_SOCKET", name_}};
  }

  /// The next message that has arrived, if any.
  std::optional<std::string> take() {
    std::array<char, 256> bytes{};
    const ssize_t size = ::recv(descriptor_, bytes.data(), bytes.size(), MSG_DONTWAIT);
    if (size < 0) return std::nullopt;
    return std::string{bytes.data(), static_cast<std::size_t>(size)};
  }

 private:
  TemporaryDirectory directory_;
  std::string name_;
  int descriptor_;
};

}  // namespace gatehouse::testing
