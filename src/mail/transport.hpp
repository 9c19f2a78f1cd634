#pragma once

#include <cstdint>
#include <stop_token>
#include <string>
#include <string_view>

namespace gatehouse::mail {

/// A message to send, with its envelope: the written_address() of the sender and of the recipient.
struct Envelope {
  std::int64_t id;  ///< the row's
  std::string from;
  std::string to;
  std::string message;
  std::string link = {};  ///< the letter's, for a developer's console; empty: it has none
};

/// What became of one attempt.
struct Delivery {
  /// Whether the message was accepted, and whether to try again.
  enum class Outcome : std::uint8_t {
    sent,
    deferred,     ///< the server deferred this mail (a 4xx reply)
    refused,      ///< the server will never accept this mail (a 5xx reply)
    unreachable,  ///< no mail can be handed in now
  };
  Outcome outcome = Outcome::sent;
  std::string reason = {};  ///< one line for operators, without secrets; empty if the message was sent
};

/// Where messages are handed in. Calls block, and all come from one thread.
class Transport {
 public:
  Transport() = default;
  virtual ~Transport() = default;
  Transport(const Transport&) = delete;
  Transport& operator=(const Transport&) = delete;

  /// Returns `unreachable` soon after `stop` was requested.
  [[nodiscard]] virtual Delivery send(const Envelope& envelope, std::stop_token stop) = 0;
  /// Called when there will be nothing to send for a time: releases what the transport holds.
  virtual void rest() noexcept {}
  /// The log's event when nothing can be handed in.
  [[nodiscard]] virtual std::string_view trouble() const { return "mail_server_unreachable"; }
};

}  // namespace gatehouse::mail
