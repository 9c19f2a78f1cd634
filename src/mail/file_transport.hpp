#pragma once

#include <filesystem>
#include <functional>
#include <string_view>
#include <utility>

#include "mail/transport.hpp"

namespace gatehouse::mail {

/// Where development puts its mails, below the working directory.
inline constexpr std::string_view outbox_folder = "data/outbox";

/// Puts each message into a file of its own, `<id>.eml`, which its owner alone may read, and tells its link.
class FileTransport final : public Transport {
 public:
  /// Takes one line, with its end, for whoever develops: the link, and the place of the file.
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
