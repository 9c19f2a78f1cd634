#include "mail/courier.hpp"

#include <algorithm>
#include <boost/asio/cancellation_state.hpp>
#include <boost/asio/this_coro.hpp>
#include <expected>
#include <utility>

#include "crypto/random_name.hpp"
#include "database/errors.hpp"
#include "mail/back_off.hpp"
#include "mail/mail_counts.hpp"
#include "mail/message.hpp"
#include "mail/smtp_transport.hpp"

namespace gatehouse::mail {
namespace {

using Outcome = Delivery::Outcome;

/// How much of a claim must be left when sending begins, so that no other replica claims the mail in the meantime.
constexpr std::chrono::milliseconds claim_needed = SmtpTransport::send_timeout + std::chrono::seconds{10};

/// The thread is given one mail at a time, so no mail waits for it long.
constexpr std::chrono::minutes thread_wait_max{10};

/// A kind that this version does not know is not counted.
database::Change<void> counted(database::Change<void> change, const ClaimedMail& mail, Step step) {
  const auto kind = kind_of(mail.kind);
  return kind ? std::move(change).counted(MailCounts::of(*kind, step)) : std::move(change);
}

}  // namespace

Courier::Courier(Parts parts)
    : parts_(std::move(parts)), letterhead_(parts_.settings), holder_(crypto::random_name(parts_.random)) {}

Courier::~Courier() {
  stop_.request_stop();
  if (thread_) thread_->stop();
}

Task<> Courier::run() {
  const auto cancellation = co_await boost::asio::this_coro::cancellation_state;
  while (cancellation.cancelled() == boost::asio::cancellation_type::none) {
    bool has_more = false;
    try {
      has_more = co_await send_batch();
    } catch (const database::Unavailable&) {
      // The code that serves requests reports the outage; the claims lapse.
      has_more = false;
    }
    if (cancellation.cancelled() != boost::asio::cancellation_type::none) co_return;
    if (!has_more) co_await parts_.bell.wait(look_interval);
  }
}

Task<bool> Courier::send_batch() {
  const auto cancellation = co_await boost::asio::this_coro::cancellation_state;
  claimed_until_ = parts_.clock.now() + MailStore::claim_time;
  auto claim = MailStore::claim(claimant());
  const std::vector<ClaimedMail> mails = co_await parts_.database.commit(std::move(claim));
  std::vector<MailId> untried;
  bool goes_on = true;
  for (const ClaimedMail& mail : mails) {
    goes_on = goes_on && cancellation.cancelled() == boost::asio::cancellation_type::none;
    if (goes_on) {
      goes_on = co_await send(mail);
    } else {
      untried.push_back(mail.id);
    }
  }
  if (!untried.empty()) co_await release(std::move(untried));
  co_return goes_on&& std::cmp_equal(mails.size(), MailStore::batch_max);
}

/// False if it is no use to try another mail now.
Task<bool> Courier::send(const ClaimedMail& mail) {
  database::Changes changes;
  Prepared prepared = prepare(mail, changes);
  if (!prepared) {
    (void)co_await parts_.database.commit(std::move(changes));
    co_return true;
  }
  const bool is_ours = co_await keep_claim(mail.id);
  if (!is_ours) co_return true;
  const Delivery delivery = co_await hand_over(std::move(*prepared));
  note_reachability(delivery);
  add_outcome(changes, mail, delivery);
  (void)co_await parts_.database.commit(std::move(changes));
  co_return delivery.outcome != Outcome::unreachable;
}

Task<> Courier::release(std::vector<MailId> mails) {
  database::Changes changes;
  for (const MailId id : mails) changes.add(MailStore::release(id, holder_));
  (void)co_await parts_.database.commit(std::move(changes));
}

Task<bool> Courier::keep_claim(MailId id) {
  if (claimed_until_ - parts_.clock.now() >= claim_needed) co_return true;
  auto renewal = MailStore::renew(id, claimant());
  const bool is_ours = co_await parts_.database.commit(std::move(renewal));
  co_return is_ours;
}

Task<Delivery> Courier::hand_over(Envelope envelope) {
  auto job = [transport = parts_.transport.get(), stop = stop_.get_token(), envelope = std::move(envelope)] {
    return transport->send(envelope, stop);
  };
  const auto sent = co_await thread().run(std::move(job));
  co_return sent.value_or(Delivery{.outcome = Outcome::unreachable, .reason = "the mail thread is busy"});
}

Courier::Prepared Courier::prepare(const ClaimedMail& mail, database::Changes& instead) {
  const auto kind = kind_of(mail.kind);
  auto contents = parts_.outbox.stationery()->sealer.open(mail.id, mail.kind, mail.sealed_body);
  if (mail.expires_at && *mail.expires_at <= parts_.clock.now()) {
    parts_.log.info("mail_expired", {{"mail_id", mail.id.value}, {"kind", mail.kind}});
    instead.add(counted(MailStore::mark_expired(mail.id, holder_), mail, Step::expired));
    return std::nullopt;
  }
  if (!kind) {
    postpone(instead, mail, "a newer version wrote it");
    return std::nullopt;
  }
  if (!contents && contents.error() == BodyFault::unknown_key) {
    postpone(instead, mail, "it is sealed with a SESSION_SECRET that this process was not given");
    return std::nullopt;
  }
  if (!contents || !is_deliverable(mail.recipient)) {
    give_up(instead, mail, contents ? "nothing can be sent to this address" : "its body was changed by somebody else");
    return std::nullopt;
  }
  const Mailbox from = letterhead_.from();
  const Variables variables = letterhead_.variables(mail, *kind, *contents);
  const Rendered rendered = parts_.outbox.stationery()->templates.render(*kind, mail.locale, variables);
  return Envelope{
      .id = mail.id.value,
      .from = written_address(from.address),
      .to = written_address(mail.recipient),
      .message = format_message(
          {.id = mail.id, .from = from, .to = mail.recipient, .rendered = rendered, .date = mail.created_at}),
      .link = variables.at("link")};
}

void Courier::add_outcome(database::Changes& changes, const ClaimedMail& mail, const Delivery& delivery) {
  switch (delivery.outcome) {
    case Outcome::sent:
      return changes.add(counted(MailStore::mark_sent(mail.id, claimant()), mail, Step::sent));
    case Outcome::refused:
      return give_up(changes, mail, delivery.reason);
    case Outcome::deferred:
    case Outcome::unreachable:
      return postpone(changes, mail, delivery.reason);
  }
}

void Courier::postpone(database::Changes& changes, const ClaimedMail& mail, const std::string& reason) {
  const TimePoint now = parts_.clock.now();
  const TimePoint end = mail.created_at + parts_.settings.give_up;
  if (now >= end) return give_up(changes, mail, reason);
  TimePoint next = std::min(now + back_off_after(mail.attempts + 1, parts_.random), end);
  if (mail.expires_at) next = std::min(next, *mail.expires_at);
  changes.add(counted(MailStore::postpone(mail.id, holder_, next, reason), mail, Step::deferred));
}

void Courier::give_up(database::Changes& changes, const ClaimedMail& mail, const std::string& reason) {
  parts_.log.warn("mail_failed", {{"mail_id", mail.id.value}, {"kind", mail.kind}, {"reason", reason}});
  changes.add(counted(MailStore::mark_failed(mail.id, holder_, reason), mail, Step::failed));
  changes.add(parts_.failure_record(mail));
}

runtime::WorkerPool& Courier::thread() {
  if (!thread_) {
    thread_.emplace(
        runtime::WorkerPool::Options{.name = "mail",
                                     .queue_max = 1,
                                     .wait_max = thread_wait_max,
                                     .idle_after = idle_max,
                                     .on_idle = [transport = parts_.transport.get()] { transport->rest(); }});
  }
  return *thread_;
}

/// Logs an outage once, and its end.
void Courier::note_reachability(const Delivery& delivery) {
  const bool is_unreachable = delivery.outcome == Outcome::unreachable;
  if (is_unreachable == is_unreachable_) return;
  is_unreachable_ = is_unreachable;
  if (is_unreachable) return parts_.log.warn(parts_.transport->trouble(), {{"reason", delivery.reason}});
  parts_.log.info("mail_server_reachable");
}

}  // namespace gatehouse::mail
