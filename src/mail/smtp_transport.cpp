#include "mail/smtp_transport.hpp"

#include <algorithm>
#include <array>
#include <cstring>
#include <optional>
#include <stdexcept>
#include <string_view>
#include <utility>

#include "base/text.hpp"
#include "mail/libcurl.hpp"
#include "telemetry/line_writer.hpp"

namespace gatehouse::mail {
namespace {

using Clock = std::chrono::steady_clock;

constexpr std::size_t reply_bytes_max = 300;
constexpr std::string_view service_not_available = "421";    // RFC 5321 section 3.8
constexpr std::string_view authentication_required = "530";  // RFC 4954 section 6

/// One message on its way through libcurl's callbacks.
struct Transfer {
  std::string_view unsent;  ///< the rest of the message
  const std::stop_token* stop;
  std::optional<Clock::time_point> stop_seen = std::nullopt;
  std::string refusal = {};          ///< the last reply of the 4xx or 5xx class since MAIL FROM
  bool has_begun = false;            ///< MAIL FROM was sent
  bool has_named_recipient = false;  ///< RCPT TO was sent
  bool has_sent_data = false;        ///< DATA was sent: the server may have taken the message
};

std::size_t on_read(char* buffer, std::size_t size, std::size_t count, void* user) {
  auto& transfer = *static_cast<Transfer*>(user);
  const std::size_t length = std::min(size * count, transfer.unsent.size());
  std::memcpy(buffer, transfer.unsent.data(), length);
  transfer.unsent.remove_prefix(length);
  return length;
}

int on_progress(void* user, curl_off_t /*a*/, curl_off_t /*b*/, curl_off_t /*c*/, curl_off_t /*d*/) {
  auto& transfer = *static_cast<Transfer*>(user);
  if (!transfer.stop->stop_requested()) return 0;
  if (!transfer.stop_seen) transfer.stop_seen = Clock::now();
  return Clock::now() - *transfer.stop_seen >= SmtpTransport::stop_patience ? 1 : 0;
}

/// Watches the dialogue and keeps the server's refusal and how far the message got. Login commands pass through here,
/// too, and are not kept.
int on_dialogue(CURL* /*handle*/, curl_infotype kind, char* bytes, std::size_t size, void* user) {
  auto& transfer = *static_cast<Transfer*>(user);
  const std::string_view line = trim({bytes, size}, " \r\n");
  if (kind == CURLINFO_HEADER_IN && transfer.has_begun && (line.starts_with('4') || line.starts_with('5'))) {
    transfer.refusal = line.substr(0, reply_bytes_max);
  } else if (kind == CURLINFO_HEADER_OUT) {
    transfer.has_begun = transfer.has_begun || line.starts_with("MAIL FROM:");
    transfer.has_named_recipient = transfer.has_named_recipient || line.starts_with("RCPT TO:");
    transfer.has_sent_data = transfer.has_sent_data || line == "DATA";
  }
  return 0;
}

/// What a server or a library said, as one printable line for a log or a terminal.
std::string printable(std::string_view text) {
  std::string out{text};
  std::ranges::replace_if(out, [](char c) { return c < 0x20 || c > 0x7E; }, '?');
  return out;
}

std::string reason_of(const Transfer& transfer, std::string_view error, const char* fallback) {
  const std::string_view said = error.empty() ? std::string_view{fallback} : error;
  std::string reason = printable(said);
  if (!transfer.refusal.empty()) reason += " (" + printable(transfer.refusal) + ")";
  return reason;
}

/// Whether what failed would fail for every message: the connection, the login or the sender.
bool concerns_all_messages(const Transfer& transfer) {
  return !transfer.has_named_recipient || transfer.refusal.empty() ||
         transfer.refusal.starts_with(service_not_available) || transfer.refusal.starts_with(authentication_required);
}

/// The first digit of a reply says its class (RFC 5321 section 4.2.1).
Delivery::Outcome outcome_of(const Transfer& transfer) {
  if (concerns_all_messages(transfer)) return Delivery::Outcome::unreachable;
  return transfer.refusal.starts_with('5') ? Delivery::Outcome::refused : Delivery::Outcome::deferred;
}

}  // namespace

/// An easy handle, which keeps its connection from one message to the next.
struct SmtpTransport::Handle {
  explicit Handle(const Libcurl& functions) : curl(functions), easy(functions.easy_init()) {
    if (easy == nullptr) throw std::runtime_error("libcurl has no memory");
  }
  ~Handle() { curl.easy_cleanup(easy); }
  Handle(const Handle&) = delete;
  Handle& operator=(const Handle&) = delete;

  template <class Value>
  void set(CURLoption option, Value value) const {
    const CURLcode code = curl.easy_setopt(easy, option, value);
    if (code != CURLE_OK) throw std::runtime_error(std::string{"libcurl: "} + curl.easy_strerror(code));
  }

  void set_server(const MailSettings& settings) const;
  void set_transfer(Transfer& transfer) const;

  const Libcurl& curl;
  CURL* const easy;
};

void SmtpTransport::Handle::set_server(const MailSettings& settings) const {
  const SmtpServer& server = settings.server;
  const std::string url = (server.uses_tls_at_once ? "smtps://" : "smtp://") + server.name();
  set(CURLOPT_URL, url.c_str());
  set(CURLOPT_PROTOCOLS_STR, "smtp,smtps");
  set(CURLOPT_PROXY, "");  // proxy variables of the environment are for browsers
  set(CURLOPT_NOSIGNAL, 1L);
  set(CURLOPT_QUICK_EXIT, 1L);  // do not wait for a thread that looks up a name
  set(CURLOPT_USE_SSL, static_cast<long>(settings.tls == SmtpTls::required ? CURLUSESSL_ALL : CURLUSESSL_NONE));
  set(CURLOPT_SSLVERSION, static_cast<long>(CURL_SSLVERSION_TLSv1_2));
  if (!settings.tls_ca.empty()) set(CURLOPT_CAINFO, settings.tls_ca.c_str());
  set(CURLOPT_CONNECTTIMEOUT_MS, static_cast<long>(connect_timeout.count()));
  set(CURLOPT_TIMEOUT_MS, static_cast<long>(send_timeout.count()));
  if (server.user.empty()) return;
  set(CURLOPT_USERNAME, server.user.c_str());
  set(CURLOPT_PASSWORD, std::string{server.password.reveal()}.c_str());
}

void SmtpTransport::Handle::set_transfer(Transfer& transfer) const {
  set(CURLOPT_UPLOAD, 1L);
  set(CURLOPT_INFILESIZE_LARGE, static_cast<curl_off_t>(transfer.unsent.size()));
  set(CURLOPT_READFUNCTION, &on_read);
  set(CURLOPT_READDATA, static_cast<void*>(&transfer));
  set(CURLOPT_NOPROGRESS, 0L);
  set(CURLOPT_XFERINFOFUNCTION, &on_progress);
  set(CURLOPT_XFERINFODATA, static_cast<void*>(&transfer));
  set(CURLOPT_VERBOSE, 1L);
  set(CURLOPT_DEBUGFUNCTION, &on_dialogue);
  set(CURLOPT_DEBUGDATA, static_cast<void*>(&transfer));
}

SmtpTransport::SmtpTransport(const MailSettings& settings) : settings_(settings) {}

SmtpTransport::~SmtpTransport() = default;

Delivery SmtpTransport::send(const Envelope& envelope, std::stop_token stop) {
  telemetry::block_signals();
  try {
    bool was_stale = false;
    Delivery delivery = try_once(envelope, stop, was_stale);
    if (!was_stale) return delivery;
    return try_once(envelope, stop, was_stale);
  } catch (const std::exception& failure) {
    return {.outcome = Delivery::Outcome::unreachable, .reason = failure.what()};
  }
}

/// A server may close a kept connection at any moment: if the attempt failed on such a connection before the message
/// was handed over, `was_stale` is true. It is not for a connection that hangs: that attempt has used up the time a
/// message may take.
Delivery SmtpTransport::try_once(const Envelope& envelope, const std::stop_token& stop, bool& was_stale) {
  if (!handle_) handle_ = std::make_unique<Handle>(libcurl());
  const Handle& handle = *handle_;
  handle.curl.easy_reset(handle.easy);
  handle.set_server(settings_);
  Transfer transfer{.unsent = envelope.message, .stop = &stop};
  handle.set_transfer(transfer);
  std::array<char, CURL_ERROR_SIZE> error{};
  handle.set(CURLOPT_ERRORBUFFER, error.data());
  handle.set(CURLOPT_MAIL_FROM, envelope.from.c_str());
  const std::unique_ptr<curl_slist, decltype(handle.curl.slist_free_all)> recipients{
      handle.curl.slist_append(nullptr, envelope.to.c_str()), handle.curl.slist_free_all};
  handle.set(CURLOPT_MAIL_RCPT, recipients.get());
  const CURLcode code = handle.curl.easy_perform(handle.easy);
  // The buffer and the transfer end with this call, while the handle and its connection live on.
  handle.set(CURLOPT_ERRORBUFFER, static_cast<char*>(nullptr));
  handle.set(CURLOPT_DEBUGFUNCTION, static_cast<curl_debug_callback>(nullptr));
  handle.set(CURLOPT_VERBOSE, 0L);
  const bool was_kept = std::exchange(has_connection_, code == CURLE_OK);
  if (code == CURLE_OK) return {};
  Delivery delivery{.outcome = outcome_of(transfer),
                    .reason = reason_of(transfer, error.data(), handle.curl.easy_strerror(code))};
  was_stale = was_kept && !transfer.has_sent_data && delivery.outcome == Delivery::Outcome::unreachable &&
              code != CURLE_ABORTED_BY_CALLBACK && code != CURLE_OPERATION_TIMEDOUT;
  if (delivery.outcome == Delivery::Outcome::unreachable) rest();
  return delivery;
}

void SmtpTransport::rest() noexcept {
  handle_.reset();
  has_connection_ = false;
}

}  // namespace gatehouse::mail
