#include "mail/file_transport.hpp"

#include <fcntl.h>
#include <unistd.h>

#include <cerrno>
#include <string>
#include <system_error>

#include "runtime/descriptor.hpp"

namespace gatehouse::mail {
namespace {

Delivery failure(const std::filesystem::path& path) {
  const std::error_code reason{errno, std::system_category()};
  return {.outcome = Delivery::Outcome::unreachable, .reason = path.string() + ": " + reason.message()};
}

}  // namespace

Delivery FileTransport::send(const Envelope& envelope, std::stop_token /*stop*/) {
  std::error_code ignored;  // opening the file below shows whether the folder exists
  if (std::filesystem::create_directories(folder_, ignored)) {
    std::filesystem::permissions(folder_, std::filesystem::perms::owner_all, ignored);
  }
  const std::filesystem::path path = folder_ / (std::to_string(envelope.id) + ".eml");
  constexpr mode_t owner_alone = 0600;
  const int file = ::open(path.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, owner_alone);
  if (file < 0) return failure(path);
  const bool is_written = runtime::write_all(file, envelope.message);
  const Delivery delivery = is_written ? Delivery{} : failure(path);
  ::close(file);
  if (is_written) {
    const std::string link = envelope.link.empty() ? "" : envelope.link + " ";
    tell_("mail to " + envelope.to + ": " + link + "(" + path.string() + ")\n");
  }
  return delivery;
}

Delivery NoTransport::send(const Envelope& /*envelope*/, std::stop_token /*stop*/) {
  return {.outcome = Delivery::Outcome::unreachable, .reason = "SMTP_URL is not set"};
}

}  // namespace gatehouse::mail
