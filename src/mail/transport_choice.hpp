#pragma once

#include <memory>

#include "config/environment.hpp"
#include "mail/file_transport.hpp"
#include "mail/mail_settings.hpp"

namespace gatehouse::mail {

/// Whether mails go anywhere: to a server, or to a developer.
[[nodiscard]] bool has_transport(const MailSettings& settings, config::Environment environment);

/// The transport that the settings ask for: the mail server or, without one, files in development and nothing
/// elsewhere. `settings` outlive the transport.
[[nodiscard]] std::unique_ptr<Transport> make_transport(const MailSettings& settings, config::Environment environment,
                                                        FileTransport::Tell tell);

}  // namespace gatehouse::mail
