#pragma once

#include <algorithm>
#include <memory>
#include <sstream>
#include <string>
#include <utility>
#include <vector>

#include "audit/audit_store.hpp"
#include "audit/seal_figures.hpp"
#include "audit/seal_keys.hpp"
#include "audit/seal_store.hpp"
#include "audit/sealer.hpp"
#include "audit/trail_verifier.hpp"
#include "base/text.hpp"
#include "contract/feature_fixture.hpp"
#include "jobs/audit_pruning.hpp"
#include "jobs/audit_sealing.hpp"
#include "support/patience.hpp"
#include "support/test_keys.hpp"
#include "telemetry/log.hpp"
#include "telemetry/log_queue.hpp"
#include "unit/telemetry/captured_output.hpp"

namespace gatehouse::testing {

/// An audit trail that is sealed, signed with a key of the test, and an attacker who can write to the database.
class SealFixture : public FeatureFixture {
 protected:
  static constexpr std::chrono::seconds retention = std::chrono::days{10};

  SealFixture() {
    settings_.signing_key_pem = SecretString{pair_.private_key};
    key_ = audit::make_signing_key(settings_);
    keys_.add(key_);
  }

  void record(int count = 1) {
    for (int i = 0; i < count; ++i) {
      commit(audit::AuditStore::record({.type = audit::EventType::login_failed,
                                        .at = clock_.now(),
                                        .origin = {.kind = audit::ActorKind::key,
                                                   .actor = "the key",
                                                   .request_id = "r-1",
                                                   .address = "192.0.2.1",
                                                   .user_agent = "test"},
                                        .outcome = audit::Outcome::refused,
                                        .reason = "wrong_password",
                                        .user = UserId{7},
                                        .session = SessionId{9},
                                        .details = R"({"count":2})"}));
      clock_.advance(std::chrono::seconds{1});
    }
    settle();
  }

  /// Waits until nothing holds the events back, as transactions of concurrent tests in the same cluster do.
  void settle() {
    static constexpr database::Statement newest{"test_newest_position",
                                                "SELECT coalesce(max(position), 0) FROM audit_rows"};
    audit::SealStore store{*database_};
    const auto end = std::chrono::steady_clock::now() + patience;
    while (run(store.settled()) < select(newest)[0].integer(0)) {
      ASSERT_LT(std::chrono::steady_clock::now(), end) << "a transaction is open";
    }
  }

  /// One replica's job.
  jobs::Job sealing(std::shared_ptr<const jose::SigningKey> key) {
    return jobs::audit_sealing({.database = *database_,
                                .clock = clock_,
                                .figures = figures_,
                                .key = std::move(key),
                                .interval = std::chrono::seconds{10},
                                .log = log_});
  }
  bool seal(std::shared_ptr<const jose::SigningKey> key) {
    const jobs::Job job = sealing(std::move(key));
    return run(jobs::run_once(job, leases_));
  }
  bool seal() { return seal(key_); }

  /// One replica's job.
  jobs::Job pruning() {
    return jobs::AuditPruning::job({.database = *database_,
                                    .open_schema = [this] { return backend_->provider().open_schema(io_); },
                                    .clock = clock_,
                                    .retention = retention,
                                    .dialect = schema_->dialect()});
  }
  bool prune() {
    const jobs::Job job = pruning();
    const bool is_done = run(jobs::run_once(job, leases_));
    settle();
    return is_done;
  }

  /// Makes `seals` seals over three events each, with the ids 1 to 3, 4 to 6 …
  void make_seals(int seals) {
    for (int i = 0; i < seals; ++i) {
      record(3);
      seal();
    }
  }

  std::vector<audit::Seal> seals() {
    audit::SealStore store{*database_};
    return run(store.seals_after(0));
  }

  /// The log so far. A test calls it last.
  std::string end_log() {
    queue_.reset();  // writes what it holds
    return output_.text();
  }

  /// The anchors that lines of the log would give for the existing seals.
  audit::SealAnchors anchors() {
    std::string lines;
    for (const audit::Seal& seal : seals()) {
      const audit::Hash hash = hash_of(seal);
      lines += R"({"event":"audit_sealed","seal":)" + std::to_string(seal.number) + R"(,"hash":")" +
               to_hex(audit::bytes_of(hash)) + "\"}\n";
    }
    std::istringstream log{lines};
    return audit::SealAnchors::read(log);
  }

  audit::Verified verify(const audit::SealKeys& keys, const audit::SealAnchors& anchors = {},
                         std::int64_t signed_from = 1) {
    findings_.clear();
    audit::TrailVerifier verifier{{.database = *database_,
                                   .keys = keys,
                                   .anchors = anchors,
                                   .signed_from = signed_from,
                                   .retention = retention,
                                   .clock = clock_,
                                   .tell = [this](const audit::SealFinding& one) { findings_.push_back(one); }}};
    return run(verifier.run());
  }
  audit::Verified verify() { return verify(keys_); }

  /// The findings as `2 chain,signature changed 4 missing added`, a line each.
  std::string found() {
    std::string text;
    for (const audit::SealFinding& one : findings_) {
      text += std::to_string(one.number);
      if (one.last_number != one.number) text += '-' + std::to_string(one.last_number);
      for (std::size_t i = 0; i < one.faults.size(); ++i) {
        text += i == 0 ? " " : ",";
        text += to_text(one.faults[i]);
      }
      text += names("changed", one.differences.changed) + names("missing", one.differences.missing) +
              names("added", one.differences.added) + (one.differences.are_certain ? "" : " ?") + '\n';
    }
    return text;
  }
  std::string verify_and_find() {
    (void)verify();
    return found();
  }

  /// Runs SQL as the owner of the tables, past their triggers.
  void tamper(const std::string& postgres, const std::string& sqlite) {
    const std::string triggers =
        "DROP TRIGGER IF EXISTS gatehouse_keep_audit_events_update; "
        "DROP TRIGGER IF EXISTS gatehouse_keep_audit_events_delete; "
        "DROP TRIGGER IF EXISTS gatehouse_keep_audit_events_replace; "
        "DROP TRIGGER IF EXISTS gatehouse_keep_audit_seals_update; "
        "DROP TRIGGER IF EXISTS gatehouse_keep_audit_seals_delete; "
        "DROP TRIGGER IF EXISTS gatehouse_keep_audit_seal_leaves_update; "
        "DROP TRIGGER IF EXISTS gatehouse_keep_audit_seal_leaves_delete; ";
    run_script("SET LOCAL session_replication_role = replica; " + postgres, triggers + sqlite);
  }
  void tamper(const std::string& both) { tamper(both, both); }

  bool is_postgres() { return schema_->dialect() == database::Dialect::postgres; }

  const PemPair pair_ = generate("ED25519");
  audit::AuditSettings settings_;
  std::shared_ptr<const jose::SigningKey> key_;
  audit::SealKeys keys_;
  audit::SealFigures figures_;
  jobs::LeaseStore leases_{*database_, clock_, random_};
  std::vector<audit::SealFinding> findings_;

 private:
  static std::string names(const std::string& what, const audit::NamedEvents& events) {
    if (events.count == 0) return {};
    std::string text = ' ' + what;
    for (const audit::EventId id : events.ids) text += ' ' + std::to_string(id.value);
    return text;
  }

  telemetry::testing::CapturedOutput output_;
  std::unique_ptr<telemetry::LogQueue> queue_ =
      std::make_unique<telemetry::LogQueue>(telemetry::LineWriter{output_.descriptor()});
  telemetry::Log log_{*queue_, clock_};
};

}  // namespace gatehouse::testing
