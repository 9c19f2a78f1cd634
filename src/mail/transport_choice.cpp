#include "mail/transport_choice.hpp"

#include <utility>

#include "mail/smtp_transport.hpp"

namespace gatehouse::mail {

std::unique_ptr<Transport> make_transport(const MailSettings& settings, config::Environment environment,
                                          FileTransport::Tell tell) {
  if (settings.server.is_set()) return std::make_unique<SmtpTransport>(settings);
  if (environment != config::Environment::development) return std::make_unique<NoTransport>();
  return std::make_unique<FileTransport>(outbox_folder, std::move(tell));
}

}  // namespace gatehouse::mail
