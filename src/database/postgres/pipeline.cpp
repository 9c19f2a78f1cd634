#include "database/postgres/pipeline.hpp"

#include <algorithm>
#include <cassert>

namespace gatehouse::database::postgres {

namespace {

// A group is answered only when its last read is; with short groups, the first reads return earlier.
constexpr std::uint32_t reads_per_group_max = 32;
constexpr std::uint8_t cures_max = 3;

// Sent before writes that share a transaction; 20 ms, because whoever has locked one row holds up all of them.
constexpr Statement wait_little{"gatehouse_wait_little", "SELECT set_config('lock_timeout', '20', true)"};

using Reason = Unavailable::Reason;

}  // namespace

// What holds between any two calls from outside, until the pipeline is closed:
//
// - `calls_` are the calls that are here, in the order sent; each of them, and no other, has `pipeline == this`. A call
//   leaves it in one place, when the Sync of its group is answered, because only then is its outcome known: an answer
//   to a command may still be undone by the commit.
// - `steps_` are the answers that the server owes, in the order in which it gives them: for each call of `calls_`, in
//   the same order, the settings of a group of writes, a prepare where one was needed and a command for each of its
//   commands; and a sync where a group ends. The sync knows how many calls its group has, so those are the first ones
//   of `calls_` when it is answered.
// - `steps_` has `groups_on_way_` syncs, for all of `calls_` but the last `open_calls_`, which are reads. If there are
//   such reads, end_turn() is on its way to end their group: no call waits for a Sync longer than this turn.
// - `load_` is the weight of `calls_`, and `writes_` the number of writes among them.
//
// Once a send has failed (`broken_`), `steps_` may promise more than the server knows of. Answers are still taken,
// because those calls are done, but nothing is sent, and the connection is given up at the end of the turn. Once
// closed, both queues are empty and nothing arrives any more; posted continuations find `closed_` and do nothing.
//
// Every call is completed through its io thread's queue (Call::complete), so no caller's code runs within a loop here.
// The owner's does, in send_again() and on_closed(): code after such a call must not rely on what `calls_` was before.

Pipeline::Pipeline(Executor executor, std::shared_ptr<PgConnection> connection, std::string write_settings,
                   PipelineOwner& owner)
    : executor_(executor),
      connection_(std::move(connection)),
      write_settings_(std::move(write_settings)),
      owner_(owner) {}

void Pipeline::start() {
  if (!connection_->enter_pipeline()) break_off();
  wait_readable();
}

bool Pipeline::has_room_for(const Call& call) const noexcept {
  if (!usable() || read_only_) return false;
  if (connection_->has_own_session()) return load_ < load_max;
  return groups_on_way_ == 0 && (open_calls_ == 0 || call.kind == Call::Kind::read);
}

void Pipeline::submit(Call& call) {
  assert(has_room_for(call));
  if (call.kind == Call::Kind::write) begin_writes(call);
  send(call);
  if (call.kind == Call::Kind::write || open_calls_ == reads_per_group_max) {
    end_group();
  } else if (!turn_end_posted_) {
    turn_end_posted_ = true;
    boost::asio::post(executor_, [self = shared_from_this()] { self->end_turn(); });
  }
}

void Pipeline::submit_sharing(std::span<Call* const> writes) {
  assert(has_room_for(*writes.front()));
  begin_writes(*writes.front());
  for (Call* const write : writes) send(*write);
  end_group();
}

void Pipeline::begin_writes(Call& first) {
  // Reads that shared a write's group would be undone with it and could not be told apart when they are sent again.
  if (open_calls_ > 0) end_group();
  sharing_ = first.may_share;
  if (!connection_->has_own_session()) send_settings(first);
  if (sharing_ && !broken_) send_statement({Step::Kind::settings, 0, 0, &first, &wait_little}, {});
}

void Pipeline::send_settings(Call& first) {
  const bool sent = connection_->send_unprepared(write_settings_, EncodedParameters{});
  steps_.push_back({Step::Kind::settings, 0, 0, &first, first.commands.front().statement});
  if (!sent) break_off();
}

void Pipeline::send(Call& call) {
  call.pipeline = this;
  // It may come from another connection that was lost, or from a group whose neighbour failed.
  call.error.reset();
  call.skipped = false;
  calls_.push_back(&call);
  load_ += weight(call);
  if (call.kind == Call::Kind::write) ++writes_;
  ++open_calls_;
  for (std::uint32_t index = 0; index < call.commands.size() && !broken_; ++index) {
    const Command& command = call.commands[index];
    send_statement({Step::Kind::command, index, 0, &call, command.statement}, command.parameters);
  }
}

void Pipeline::send_statement(Step step, const Parameters& parameters) {
  const Statement* const statement = step.statement;
  encoded_.assign(parameters);
  bool sent = true;
  if (connection_->has_own_session()) {
    auto& entry = prepared_.find(*statement, encoded_);
    if (!entry.prepared) {
      sent = connection_->send_prepare(entry.name, statement->sql, entry.types);
      steps_.push_back({Step::Kind::prepare, 0, entry.generation, step.call, statement});
      // Set before the answer comes, so that the next call of this turn need not prepare it too; on_failure() and a
      // skipped answer undo it.
      entry.prepared = true;
    }
    sent = sent && connection_->send_prepared(entry.name, encoded_);
  } else {
    sent = connection_->send_unprepared(statement->sql, encoded_);
  }
  // Also if the send failed: the step keeps the order of what was sent before, and close() drops it.
  steps_.push_back(step);
  if (!sent) break_off();
}

void Pipeline::end_group() {
  steps_.push_back({Step::Kind::sync, open_calls_, 0, nullptr, nullptr});
  open_calls_ = 0;
  ++groups_on_way_;
  if (!connection_->send_sync()) return break_off();
  flush();
}

void Pipeline::end_turn() {
  turn_end_posted_ = false;
  if (usable() && open_calls_ > 0) end_group();
}

void Pipeline::flush() {
  if (waiting_writable_) return;
  switch (connection_->flush()) {
    case PgConnection::Flush::done:
      return;
    case PgConnection::Flush::broken:
      return break_off();
    case PgConnection::Flush::pending:
      break;
  }
  waiting_writable_ = true;
  connection_->when_writable([self = shared_from_this()](boost::system::error_code) {
    self->waiting_writable_ = false;
    if (self->usable()) self->flush();
  });
}

/// Submitting happens inside the owner's loops, so the connection is given up after them.
void Pipeline::break_off() {
  if (broken_) return;
  broken_ = true;
  boost::asio::post(executor_, [self = shared_from_this()] {
    if (!self->closed_) self->lose(self->connection_->error_message());
  });
}

void Pipeline::wait_readable() {
  connection_->when_readable([self = shared_from_this()](boost::system::error_code error) {
    if (self->closed_) return;
    if (error) return self->lose(self->connection_->error_message());
    self->on_readable();
  });
}

void Pipeline::on_readable() {
  const bool alive = connection_->receive();
  take_results();
  if (closed_) return;
  if (!alive) return lose(connection_->error_message());
  // Only now, so that the calls whose answers came with the refusal have got them.
  if (read_only_) return lose("the server turned read-only");
  wait_readable();
  owner_.on_room();
}

void Pipeline::take_results() {
  bool after_end = false;
  while (!steps_.empty() && !closed_ && !connection_->busy()) {
    const PgResult result = connection_->take_result();
    if (result.kind() != PgResult::Kind::nothing) {
      after_end = false;
      on_answer(result);
    } else if (after_end) {
      return;  // each command's results end once; twice in a row means that no answer is there
    } else {
      after_end = true;
    }
  }
}

void Pipeline::on_answer(const PgResult& result) {
  const Step step = steps_.front();
  const auto kind = result.kind();
  const bool end_is_due = step.kind == Step::Kind::sync;
  // A failure when the Sync is due comes from the commit: a deferred constraint. The Sync's own answer follows.
  if (kind != PgResult::Kind::failed && end_is_due != (kind == PgResult::Kind::end_of_group)) {
    return lose("the answers do not match the queries: something between here and the server mixes them up");
  }
  if (kind == PgResult::Kind::end_of_group) return on_group_end();
  if (!end_is_due) steps_.pop_front();
  if (kind == PgResult::Kind::failed) return on_failure(step, result);
  if (kind == PgResult::Kind::skipped) {
    step.call->skipped = true;
    if (step.kind == Step::Kind::prepare) prepared_.forget(*step.statement, step.generation);
  } else if (step.kind == Step::Kind::command) {
    if (auto rows = result.rows()) {
      step.call->results[step.index] = std::move(*rows);
    } else {
      step.call->error = rows.error();
    }
  }
}

void Pipeline::on_failure(const Step& step, const PgResult& result) {
  auto error = result.error();
  read_only_ = read_only_ || is_read_only(error.state);
  // Only a group of writes has a deferred failure. If several shared it, each is sent again and gets its own outcome.
  Call* const call = step.kind == Step::Kind::sync && !calls_.empty() ? calls_.front() : step.call;
  if (call == nullptr) return;
  if (step.kind == Step::Kind::prepare) prepared_.forget(*step.statement, step.generation);
  if (step.kind != Step::Kind::sync && cure_for(error.state) == Cure::prepare_again) prepared_.forget(*step.statement);
  error.statement = step.kind == Step::Kind::sync ? "COMMIT" : step.statement->name;
  if (!call->error) call->error = std::move(error);
}

void Pipeline::on_group_end() {
  const auto group_calls = steps_.front().index;
  const bool undone = is_undone(group_calls);
  steps_.pop_front();
  --groups_on_way_;
  take_out(group_calls);
  for (Call* const call : ended_) {
    if (undone) {
      call->may_share = false;
      owner_.send_again(*call);
    } else {
      settle(*call);
    }
  }
  if (idle()) idle_since_ = std::chrono::steady_clock::now();
}

/// Takes all of the group's calls, the first of `calls_`, before one is sent again, which may close this pipeline.
void Pipeline::take_out(std::uint32_t group_calls) {
  ended_.assign(calls_.begin(), calls_.begin() + group_calls);
  calls_.erase(calls_.begin(), calls_.begin() + group_calls);
  for (const Call* const call : ended_) {
    load_ -= weight(*call);
    if (call->kind == Call::Kind::write) --writes_;
  }
}

/// Whether one of several writes that shared a transaction failed, so that none has happened.
bool Pipeline::is_undone(std::uint32_t group_calls) const {
  return calls_.front()->may_share && std::any_of(calls_.begin(), calls_.begin() + group_calls,
                                                  [](const Call* call) { return call->error.has_value(); });
}

void Pipeline::settle(Call& call) {
  if (call.error) {
    if (!try_cure(call)) call.fail(executor_, classify(*call.error));
  } else if (call.skipped) {
    // Groups of writes have been sent again by now, so this is a read beside one that failed, and it did not run.
    owner_.send_again(call);
  } else {
    call.complete(executor_);
  }
}

/// The server rolled the call's group back, so sending it again cannot do anything twice.
bool Pipeline::try_cure(Call& call) {
  // A read may wait for a table until its deadline, but not here all the time, holding up what comes after it.
  if (call.kind == Call::Kind::read && is_lock_timeout(call.error->state)) {
    owner_.send_later(call);
    return true;
  }
  const Cure cure = cure_for(call.error->state);
  if (cure == Cure::none || call.cures == cures_max) return false;
  ++call.cures;
  if (cure == Cure::run_later) {
    owner_.send_later(call);
  } else {
    owner_.send_again(call);
  }
  return true;
}

/// Returns the calls that were here. The caller ends them or sends them again, but after on_closed(), so that the owner
/// does not choose this pipeline for them.
std::deque<Call*> Pipeline::close() {
  closed_ = true;
  connection_->close();
  steps_.clear();
  load_ = 0;
  writes_ = 0;
  return std::exchange(calls_, {});
}

void Pipeline::lose(const std::string& why) { abandon_all(Reason::connection, why); }

void Pipeline::close_idle() {
  assert(idle());
  (void)close();
}

void Pipeline::abandon(Call& late, const std::string& why) {
  const auto self = shared_from_this();  // the owner lets go of it in on_closed()
  const auto calls = close();
  owner_.on_closed(*this, why);
  for (Call* const call : calls) {
    if (call == &late) {
      fail_lost(*call, Reason::deadline, "no answer within the query's deadline");
    } else if (call->kind == Call::Kind::read && !call->error) {
      owner_.send_again(*call);
    } else {
      fail_lost(*call, Reason::connection, why);
    }
  }
}

void Pipeline::abandon_all(Reason reason, const std::string& why) {
  const auto self = shared_from_this();
  const auto calls = close();
  owner_.on_closed(*this, why);
  for (Call* const call : calls) {
    if (reason == Reason::connection && may_be_sent_again(*call)) {
      call->lost_once = true;
      owner_.send_again(*call);
    } else {
      fail_lost(*call, reason, why);
    }
  }
}

/// A read changes nothing, so it may be sent again, but only once: a connection that is lost twice under a read is no
/// accident. What the server said as it went away is not about the read.
bool Pipeline::may_be_sent_again(const Call& call) {
  if (call.kind == Call::Kind::write || call.lost_once) return false;
  if (!call.error) return true;
  const Failure failure = classify(*call.error);
  const auto* const unavailable = std::get_if<Unavailable>(&failure);
  if (unavailable == nullptr) return false;
  return unavailable->reason() == Reason::connection || unavailable->reason() == Reason::read_only;
}

/// If the server had already refused a call, its own words say more than the loss of the connection.
void Pipeline::fail_lost(Call& call, Reason reason, const std::string& why) {
  if (call.error) {
    call.fail(executor_, classify(*call.error));
  } else {
    call.fail(executor_, Unavailable{reason, why});
  }
}

std::size_t Pipeline::weight(const Call& call) noexcept { return call.kind == Call::Kind::write ? write_load : 1; }

}  // namespace gatehouse::database::postgres
