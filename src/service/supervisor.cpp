#include "service/supervisor.hpp"

#include <fcntl.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <sys/un.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <charconv>
#include <cstddef>
#include <cstdint>
#include <system_error>

namespace gatehouse::service {
namespace {

constexpr int first_handed_socket = 3;  // SD_LISTEN_FDS_START
constexpr std::int64_t handed_sockets_max = 64;
constexpr timeval send_patience{.tv_sec = 1, .tv_usec = 0};

std::string_view value_of(const std::map<std::string, std::string, std::less<>>& environment, std::string_view name) {
  const auto found = environment.find(name);
  return found == environment.end() ? std::string_view{} : std::string_view{found->second};
}

std::optional<std::int64_t> number_in(std::string_view text) {
  std::int64_t number = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (error != std::errc{} || end != text.data() + text.size()) return std::nullopt;
  return number;
}

/// 0, or the errno that says why the message did not arrive.
int send_datagram(const std::string& socket_name, std::string_view message) {
  sockaddr_un address{.sun_family = AF_UNIX, .sun_path = {}};
  if (socket_name.size() >= sizeof(address.sun_path)) return ENAMETOOLONG;
  std::ranges::copy(socket_name, std::begin(address.sun_path));
  if (address.sun_path[0] == '@') address.sun_path[0] = '\0';  // an abstract name (unix(7))
  const auto address_bytes = static_cast<socklen_t>(offsetof(sockaddr_un, sun_path) + socket_name.size());

  const int descriptor = ::socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);
  if (descriptor < 0) return errno;
  ::setsockopt(descriptor, SOL_SOCKET, SO_SNDTIMEO, &send_patience, sizeof(send_patience));
  const ssize_t sent = ::sendto(descriptor, message.data(), message.size(), MSG_NOSIGNAL,
                                reinterpret_cast<const sockaddr*>(&address), address_bytes);
  const int failure = sent < 0 ? errno : 0;
  ::close(descriptor);
  return failure;
}

}  // namespace

Supervisor::Supervisor(const std::map<std::string, std::string, std::less<>>& environment, telemetry::Log& log)
    : socket_(value_of(environment, "NOTIFY_SOCKET")), log_(log) {
  const auto timeout_us = number_in(value_of(environment, "WATCHDOG_USEC"));
  const auto watched = number_in(value_of(environment, "WATCHDOG_PID"));
  // If they were inherited from a parent that is itself watched, they are not meant for this process.
  if (timeout_us && *timeout_us > 0 && watched.value_or(::getpid()) == ::getpid()) {
    watchdog_timeout_ = std::chrono::microseconds{*timeout_us};
  }
  const std::int64_t handed = number_in(value_of(environment, "LISTEN_FDS")).value_or(0);
  if (handed > 0 && number_in(value_of(environment, "LISTEN_PID")) == ::getpid()) {
    handed_sockets_ = static_cast<int>(std::min(handed, handed_sockets_max));
  }
}

std::vector<int> Supervisor::handed_sockets() const {
  std::vector<int> descriptors;
  for (int i = 0; i < handed_sockets_; ++i) {
    descriptors.push_back(first_handed_socket + i);
    ::fcntl(descriptors.back(), F_SETFD, FD_CLOEXEC);
  }
  return descriptors;
}

void Supervisor::tell_reloading() const {
  // systemd compares it with its own clock, so that it does not take an older READY=1 for the end of this reload.
  const auto now = std::chrono::steady_clock::now().time_since_epoch();
  send("RELOADING=1\nMONOTONIC_USEC=" +
       std::to_string(std::chrono::duration_cast<std::chrono::microseconds>(now).count()));
}

void Supervisor::send(std::string_view message) const {
  if (socket_.empty()) return;
  const int failure = send_datagram(socket_, message);
  if (failure == 0) return;
  log_.warn("notify_failed",
            {{"message", message.substr(0, message.find('\n'))}, {"reason", std::generic_category().message(failure)}});
}

}  // namespace gatehouse::service
