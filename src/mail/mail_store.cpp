#include "mail/mail_store.hpp"

#include <algorithm>
#include <utility>

#include "mail/topics.hpp"

namespace gatehouse::mail {
namespace {

using database::affected_rows;
using database::announces_nothing;
using database::Blob;
using database::Change;
using database::nullable;
using database::Parameters;
using database::Row;
using database::Rows;
using database::Statement;
using database::Value;
using database::Write;

constexpr Write insert_mail{"mails_insert",
                            "INSERT INTO mails (id, kind, recipient, locale, body, next_attempt_at, "
                            "created_at, expires_at, dedupe_key) VALUES ($1, $2, $3, $4, $5, $6, $6, $7, $8) "
                            "ON CONFLICT (dedupe_key) DO NOTHING",
                            mail_topic};

// The work is the same whether or not the user exists, except for the row. An adopted database may have blanks around
// emails.
constexpr Write insert_mail_for_user{
    "mails_insert_for_user",
    "INSERT INTO mails (id, kind, recipient, user_id, locale, body, next_attempt_at, created_at, expires_at, "
    "dedupe_key) SELECT $1, $2, trim(email), id, $3, $4, $5, $5, $6, $7 FROM users "
    "WHERE id = $8 AND disabled_at IS NULL AND (password_hash = $9 OR $9 IS NULL) ON CONFLICT (dedupe_key) DO NOTHING",
    mail_topic};

// The conditions are repeated outside the subquery: PostgreSQL checks them again on a row that another worker has just
// claimed.
constexpr Write claim_mails{
    "mails_claim",
    "UPDATE mails SET claimed_by = $1, claimed_until = $2 "
    "WHERE state = 0 AND next_attempt_at <= $3 AND (claimed_until IS NULL OR claimed_until < $3) "
    "AND id IN (SELECT id FROM mails WHERE state = 0 AND next_attempt_at <= $3 "
    "AND (claimed_until IS NULL OR claimed_until < $3) ORDER BY next_attempt_at LIMIT $4) "
    "RETURNING id, kind, recipient, locale, body, attempts, created_at, expires_at",
    announces_nothing};

constexpr Write renew_claim{"mails_renew",
                            "UPDATE mails SET claimed_until = $3 WHERE id = $1 AND claimed_by = $2 AND state = 0",
                            announces_nothing};

constexpr Write release_claim{"mails_release",
                              "UPDATE mails SET claimed_by = NULL, claimed_until = NULL "
                              "WHERE id = $1 AND claimed_by = $2 AND state = 0",
                              announces_nothing};

constexpr Write mark_mail_sent{"mails_mark_sent",
                               "UPDATE mails SET state = 1, body = NULL, sent_at = $3, last_error = NULL, "
                               "claimed_by = NULL, claimed_until = NULL "
                               "WHERE id = $1 AND claimed_by = $2 AND state = 0",
                               announces_nothing};

constexpr Write mark_mail_failed{"mails_mark_failed",
                                 "UPDATE mails SET state = 2, body = NULL, attempts = attempts + 1, last_error = $3, "
                                 "claimed_by = NULL, claimed_until = NULL "
                                 "WHERE id = $1 AND claimed_by = $2 AND state = 0",
                                 announces_nothing};

constexpr Write mark_mail_expired{"mails_mark_expired",
                                  "UPDATE mails SET state = 3, body = NULL, claimed_by = NULL, claimed_until = NULL "
                                  "WHERE id = $1 AND claimed_by = $2 AND state = 0",
                                  announces_nothing};

constexpr Write postpone_mail{"mails_postpone",
                              "UPDATE mails SET attempts = attempts + 1, next_attempt_at = $3, last_error = $4, "
                              "claimed_by = NULL, claimed_until = NULL "
                              "WHERE id = $1 AND claimed_by = $2 AND state = 0",
                              announces_nothing};

constexpr Write retry_mail{"mails_retry", "UPDATE mails SET next_attempt_at = $2 WHERE id = $1 AND state = 0",
                           mail_topic};

constexpr Write delete_old_mails{"mails_delete_older",
                                 "DELETE FROM mails WHERE created_at < $1 AND id IN "
                                 "(SELECT id FROM mails WHERE created_at < $1 ORDER BY created_at LIMIT $2) "
                                 "AND EXISTS (SELECT 1 FROM leases WHERE name = $3 AND holder = $4)",
                                 announces_nothing};

constexpr Statement list_newest{"mails_list",
                                "SELECT id, kind, recipient, state, attempts, created_at, next_attempt_at, sent_at, "
                                "last_error FROM mails ORDER BY created_at DESC LIMIT $1"};

constexpr Statement list_troubled{"mails_list_troubled",
                                  "SELECT id, kind, recipient, state, attempts, created_at, next_attempt_at, sent_at, "
                                  "last_error FROM mails WHERE last_error IS NOT NULL ORDER BY created_at DESC "
                                  "LIMIT $1"};

constexpr Statement find_mail{"mails_find",
                              "SELECT id, kind, recipient, state, attempts, created_at, next_attempt_at, sent_at, "
                              "last_error FROM mails WHERE id = $1"};

constexpr Statement count_waiting_mails{
    "mails_count_waiting",
    "SELECT count(*), min(created_at) FROM "
    "(SELECT created_at FROM mails WHERE state = 0 ORDER BY next_attempt_at LIMIT $1) AS waiting"};

bool touched_one(const Rows& rows) { return rows.affected() == 1; }

ClaimedMail read_claimed(const Row& row) {
  return {.id = MailId{row.integer(0)},
          .kind = std::string{row.text(1)},
          .recipient = std::string{row.text(2)},
          .locale = row.nullable_text(3).value_or(""),
          .sealed_body = row.nullable_text(4).value_or(""),
          .attempts = row.integer(5),
          .created_at = row.time(6),
          .expires_at = row.nullable_time(7)};
}

std::vector<ClaimedMail> read_all_claimed(const Rows& rows) {
  std::vector<ClaimedMail> mails;
  mails.reserve(rows.size());
  for (std::size_t i = 0; i < rows.size(); ++i) mails.push_back(read_claimed(rows[i]));
  return mails;
}

MailInfo read_info(const Row& row) {
  return {.id = MailId{row.integer(0)},
          .kind = std::string{row.text(1)},
          .recipient = std::string{row.text(2)},
          .state = static_cast<State>(row.integer(3)),
          .attempts = row.integer(4),
          .created_at = row.time(5),
          .next_attempt_at = row.time(6),
          .sent_at = row.nullable_time(7),
          .last_error = row.nullable_text(8)};
}

Value text_value(std::string text) { return text.empty() ? Value{} : Value{std::move(text)}; }

Value time_value(std::optional<TimePoint> time) { return time ? Value{*time} : Value{}; }

std::string cut(std::string reason) {
  reason.resize(std::min(reason.size(), MailStore::error_bytes_max));
  return reason;
}

}  // namespace

Task<std::vector<MailInfo>> MailStore::list(bool only_troubled) {
  Parameters parameters{listed_max};
  const Rows rows = co_await database_.query(only_troubled ? list_troubled : list_newest, std::move(parameters));
  std::vector<MailInfo> mails;
  mails.reserve(rows.size());
  for (std::size_t i = 0; i < rows.size(); ++i) mails.push_back(read_info(rows[i]));
  co_return mails;
}

Task<std::optional<MailInfo>> MailStore::find(MailId id) {
  Parameters parameters{id.value};
  const Rows rows = co_await database_.query(find_mail, std::move(parameters));
  if (rows.empty()) co_return std::nullopt;
  co_return read_info(rows[0]);
}

Task<WaitingMails> MailStore::count_waiting() {
  Parameters parameters{listed_max};
  const Rows rows = co_await database_.query(count_waiting_mails, std::move(parameters));
  co_return WaitingMails{.count = rows[0].integer(0), .oldest = rows[0].nullable_time(1)};
}

Change<void> MailStore::insert(NewMail mail, std::string recipient) {
  return {insert_mail,
          mail.id,
          {mail.id.value, std::string{to_text(mail.kind)}, std::move(recipient), text_value(std::move(mail.locale)),
           Blob{std::move(mail.sealed_body)}, mail.created_at, time_value(mail.expires_at),
           nullable(std::move(mail.dedupe_key))}};
}

Change<void> MailStore::insert_for(Reader reader, NewMail mail) {
  return {insert_mail_for_user,
          mail.id,
          {mail.id.value, std::string{to_text(mail.kind)}, text_value(std::move(mail.locale)),
           Blob{std::move(mail.sealed_body)}, mail.created_at, time_value(mail.expires_at),
           nullable(std::move(mail.dedupe_key)), reader.user.value, nullable(std::move(reader.password_hash))}};
}

Change<std::vector<ClaimedMail>> MailStore::claim(Claimant claimant) {
  return {
      claim_mails, {std::move(claimant.holder), claimant.now + claim_time, claimant.now, batch_max}, read_all_claimed};
}

Change<bool> MailStore::renew(MailId id, Claimant claimant) {
  return {renew_claim, {id.value, std::move(claimant.holder), claimant.now + claim_time}, touched_one};
}

Change<void> MailStore::release(MailId id, const std::string& holder) { return {release_claim, {id.value, holder}}; }

Change<void> MailStore::mark_sent(MailId id, Claimant claimant) {
  return {mark_mail_sent, {id.value, std::move(claimant.holder), claimant.now}};
}

Change<void> MailStore::mark_failed(MailId id, const std::string& holder, std::string reason) {
  return {mark_mail_failed, {id.value, holder, cut(std::move(reason))}};
}

Change<void> MailStore::mark_expired(MailId id, const std::string& holder) {
  return {mark_mail_expired, {id.value, holder}};
}

Change<void> MailStore::postpone(MailId id, const std::string& holder, TimePoint until, std::string reason) {
  return {postpone_mail, {id.value, holder, until, cut(std::move(reason))}};
}

Change<bool> MailStore::retry(MailId id, TimePoint now) { return {retry_mail, id, {id.value, now}, touched_one}; }

Change<std::int64_t> MailStore::delete_older(TimePoint before, database::HeldLease lease) {
  return {delete_old_mails, {before, cleanup_max, std::move(lease.name), std::move(lease.holder)}, affected_rows};
}

}  // namespace gatehouse::mail
