#pragma once

#include <filesystem>
#include <functional>
#include <string_view>
#include <utility>

#include "mail/transport.hpp"

namespace gatehouse::mail {

/// Where mails are written in development, relative to the working directory.
inline constexpr std::string_view outbox_folder = "data/outbox";

/// Writes each message to its own file, `<id>.eml`, which only the owner may read, and tells the developer its link.
class FileTransport final : public Transport {
 public:
  /// Takes one line, with its line end, for the developer: the recipient, the link, and the path of the file.
  using Tell = std::function<void(std::string_view line)>;

  FileTransport(std::filesystem::path folder, Tell tell) : folder_(std::move(folder)), tell_(std::move(tell)) {}

  [[nodiscard]] Delivery send(const Envelope& envelope, std::stop_token stop) override;

 private:
  const std::filesystem::path folder_;
  const Tell tell_;
};

/// Sends nothing: there is no mail server.
class NoTransport final : public Transport {
 public:
  [[nodiscard]] Delivery send(const Envelope& envelope, std::stop_token stop) override;
  [[nodiscard]] std::string_view trouble() const override { return "mail_unconfigured"; }
};

}  // namespace gatehouse::mail
