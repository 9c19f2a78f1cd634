#include "flows/user_import/user_import.hpp"

#include <stop_token>
#include <string>
#include <utility>

#include "audit/audit_store.hpp"
#include "base/text.hpp"
#include "json/writer.hpp"
#include "one_time_tokens/one_time_token_store.hpp"
#include "sessions/session_store.hpp"

namespace gatehouse::flows {

using one_time_tokens::OneTimeTokenStore;
using sessions::SessionStore;
using users::ImportProgress;
using users::ImportStore;
using users::OnConflict;
using users::UserStore;

namespace {

std::vector<users::StagedUser> users_of(const ImportBatch& batch) {
  std::vector<users::StagedUser> staged;
  staged.reserve(batch.records.size());
  for (const ImportBatch::Record& record : batch.records) staged.push_back(record.content.user);
  return staged;
}

/// The users change before their sessions go: a login that checked the old password meanwhile has either opened its
/// session by then, or waits and finds another password.
void add_users(database::Changes& changes, OnConflict rule, TimePoint now) {
  if (rule == OnConflict::update) {
    ImportStore::add_recognition(changes);
    UserStore::add_update_of_staged(changes, now);
    changes.add(SessionStore::remove_of_staged_users());
    changes.add(OneTimeTokenStore::drop_open_of_staged_users());
  }
  changes.add(UserStore::insert_staged(rule, now));
}

}  // namespace

UserImport::UserImport(const ImportParts& parts, users::ImportKey key, audit::Origin origin)
    : parts_(parts),
      users_(parts.database),
      imports_(parts.database),
      key_(std::move(key)),
      origin_(std::move(origin)) {}

Task<ImportProgress> UserImport::begin(bool anew) {
  users::ImportKey key = key_;
  if (!anew) {
    users::ImportKey wanted = key_;
    const auto earlier = co_await imports_.find(std::move(wanted));
    if (earlier) co_return *earlier;
  }
  co_return co_await imports_.begin(std::move(key), parts_.clock.now());
}

Task<> UserImport::hash_passwords(ImportBatch& batch, std::size_t& next) {
  while (next < batch.records.size()) {
    CheckedRecord& record = batch.records[next++].content;
    if (!record.password) continue;
    SecretString password = *std::move(record.password);
    std::stop_token never;
    record.user.password_hash = co_await parts_.passwords.hash(std::move(password), std::move(never));
    record.password.reset();
  }
}

Task<std::expected<ImportProgress, ImportError>> UserImport::store(const ImportBatch& batch, ImportProgress from) {
  const TimePoint now = parts_.clock.now();
  database::Changes changes;
  changes.add(ImportStore::hold(from));
  add_users(changes, key_.on_conflict, now);
  if (!batch.records.empty()) changes.add(audit::AuditStore::record(event_of(batch, from, now)));
  const users::ImportStep step{.place = batch.place,
                               .records = static_cast<std::int64_t>(batch.size()),
                               .refused = static_cast<std::int64_t>(batch.refused.size()),
                               .is_last = batch.is_last,
                               .stores_all = key_.on_conflict == OnConflict::fail};
  const auto progress = changes.add(ImportStore::advance(from.id, step, now));
  const auto staged = users_of(batch);
  database::StagedRows rows = users::stage(staged);
  std::vector<const database::Constraint*> expected{&users::email_is_unique, &users::import_is_where_it_was};
  const auto committed = co_await parts_.bulk.load(std::move(rows), std::move(changes), std::move(expected));
  if (committed) co_return committed->result(progress);
  const bool is_taken = users::email_is_unique.is_violated_by(committed.error());
  co_return std::unexpected(is_taken ? ImportError::email_taken : ImportError::continued_elsewhere);
}

Task<std::vector<std::uint64_t>> UserImport::find_taken_lines(const ImportBatch& batch) {
  std::vector<std::uint64_t> lines;
  for (const ImportBatch::Record& record : batch.records) {
    std::string email = record.content.user.email;
    const bool is_taken = co_await users_.email_exists(std::move(email));
    if (is_taken) lines.push_back(record.line);
  }
  co_return lines;
}

/// One event for all records: the file's hash tells which users they are.
audit::Event UserImport::event_of(const ImportBatch& batch, const ImportProgress& from, TimePoint now) const {
  audit::Event event{.type = audit::EventType::user_imported, .at = now, .origin = origin_};
  json::Writer writer{event.details};
  writer.begin_object().member("import", from.id).member("fileSha256", to_hex(key_.file_sha256));
  writer.member("firstLine", batch.records.front().line).member("lastLine", batch.records.back().line);
  writer.member("records", batch.records.size()).end_object();
  return event;
}

}  // namespace gatehouse::flows
