#pragma once

#include <cstdint>
#include <stop_token>
#include <string>
#include <string_view>

namespace gatehouse::mail {

/// A message on its way, with its envelope: the sender's and the recipient's written_address().
struct Envelope {
  std::int64_t id;  ///< of the row
  std::string from;
  std::string to;
  std::string message;
  std::string link = {};  ///< of the letter, for a developer's console; empty: it has none
};

/// What became of one attempt.
struct Delivery {
  /// Whether it was taken, and whether to try again.
  enum class Outcome : std::uint8_t {
    sent,
    deferred,     ///< this mail was put off by the server (a 4xx reply)
    refused,      ///< this mail will never be taken (a 5xx reply)
    unreachable,  ///< no mail can be handed in now
  };
  Outcome outcome = Outcome::sent;
  std::string reason = {};  ///< one line for operators, without secrets; empty where it was sent
};

/// Where messages are handed in. It blocks; every call comes from one thread.
class Transport {
 public:
  Transport() = default;
  virtual ~Transport() = default;
  Transport(const Transport&) = delete;
  Transport& operator=(const Transport&) = delete;

  /// Ends soon after `stop` was requested, with `unreachable`.
  [[nodiscard]] virtual Delivery send(const Envelope& envelope, std::stop_token stop) = 0;
  /// There will be nothing to send for a time: gives back what it holds.
  virtual void rest() noexcept {}
  /// The log's event when nothing can be handed in.
  [[nodiscard]] virtual std::string_view trouble() const { return "mail_server_unreachable"; }
};

}  // namespace gatehouse::mail
