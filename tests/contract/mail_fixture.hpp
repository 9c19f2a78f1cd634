#pragma once

#include <array>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "contract/feature_fixture.hpp"
#include "mail/mail_store.hpp"
#include "mail/outbox.hpp"

namespace gatehouse::testing {

/// An outbox in a migrated database, and a view of its rows that no store gives.
class MailFixture : public FeatureFixture {
 protected:
  static constexpr std::string_view secret_text = "a-secret-of-the-contract-tests-0123456789";

  /// The parts of a row that only the courier reads.
  struct Row {
    mail::MailId id;
    std::int64_t state;
    std::string recipient;
    std::optional<std::string> body;
    std::optional<std::int64_t> user;
    std::optional<std::string> locale;
    std::int64_t attempts;
    TimePoint next_attempt_at;
    std::optional<std::string> last_error;
  };

  std::vector<Row> rows() {
    static constexpr database::Statement all{
        "test_mails",
        "SELECT id, state, recipient, body, user_id, locale, attempts, next_attempt_at, last_error FROM mails "
        "ORDER BY created_at, id"};
    const database::Rows found = select(all);
    std::vector<Row> rows;
    for (std::size_t i = 0; i < found.size(); ++i) {
      const database::Row row = found[i];
      rows.push_back({.id = mail::MailId{row.integer(0)},
                      .state = row.integer(1),
                      .recipient = std::string{row.text(2)},
                      .body = row.nullable_text(3),
                      .user = row.is_null(4) ? std::nullopt : std::optional{row.integer(4)},
                      .locale = row.nullable_text(5),
                      .attempts = row.integer(6),
                      .next_attempt_at = row.time(7),
                      .last_error = row.nullable_text(8)});
    }
    return rows;
  }

  static mail::Letter letter(mail::Kind kind = mail::Kind::reset_password) {
    mail::Letter letter{.kind = kind};
    letter.token = SecretString{"gtr_canary"};
    return letter;
  }

  void enqueue(mail::Letter letter = MailFixture::letter(), std::string address = "ada@example.com") {
    commit(outbox_.letter_to_address(std::move(address), std::move(letter)));
  }

  void enqueue_many(int count) {
    database::Changes changes;
    for (int i = 0; i < count; ++i) changes.add(outbox_.letter_to_address("ada@example.com", letter()));
    (void)run(database_->commit(std::move(changes)));
  }

  const std::array<SecretString, 1> secrets_{SecretString{secret_text}};
  mail::MailSettings settings_;
  const mail::Outbox outbox_{std::make_shared<const mail::Stationery>(settings_, secrets_), clock_, random_};
};

}  // namespace gatehouse::testing
