#include "passwords/password_service.hpp"

#include <sodium.h>

#include <algorithm>
#include <span>
#include <stdexcept>
#include <thread>
#include <utility>

#include "base/unicode.hpp"
#include "passwords/hash_memory.hpp"
#include "runtime/steady_timer.hpp"

namespace gatehouse::passwords {

// Invariants. Every check runs its whole plan unless the right password ends it; nothing about the row decides whether
// or how a job is queued. Jobs own their password and their row, since the coroutine that asked may be gone when they
// run, and they use only members of the service that are constant, atomic or guarded by their own lock.

namespace {

/// If more logins than this wait, they exceed any sensible HASH_WAIT_MAX; each holds only its password.
constexpr std::size_t hashing_queue_max = 1024;
/// How long a hashing thread without work keeps its memory.
constexpr std::chrono::seconds hashing_idle_after{3};
constexpr std::size_t decoy_digest_bytes = 64;

std::string random_bytes(crypto::Random& random, std::size_t count) {
  std::string bytes(count, '\0');
  random.fill(std::as_writable_bytes(std::span{bytes}));
  return bytes;
}

Decoy make_decoy(crypto::Random& random) {
  return {.salt = random_bytes(random, new_salt_bytes), .digest = random_bytes(random, decoy_digest_bytes)};
}

PhcFormat configured_format(PasswordScheme scheme, const CostParameters& costs) {
  if (scheme == PasswordScheme::argon2id) return costs.argon2id;
  return costs.pbkdf2;
}

PhcFormat other_format(PasswordScheme scheme, const CostParameters& costs) {
  if (scheme == PasswordScheme::argon2id) return costs.pbkdf2;
  return costs.argon2id;
}

/// The password in NFC; nullopt if it is in NFC already, or longer than new ones may be.
std::optional<SecretString> composed_form(const SecretString& password) {
  if (password.size() > password_bytes_max || is_ascii(password.reveal())) return std::nullopt;
  std::string composed = to_nfc(password.reveal());
  std::optional<SecretString> other;
  if (composed != password.reveal()) other.emplace(composed);
  wipe_memory(composed.data(), composed.size());
  return other;
}

Task<> wait_for(std::chrono::nanoseconds pause) {
  runtime::SteadyTimer timer{co_await boost::asio::this_coro::executor, pause};
  co_await timer.async_wait(use_task);
}

bool hash_matches(std::string_view password, const StoredHash& stored) {
  return std::visit([&](const auto& hash) { return matches(password, hash); }, stored);
}

}  // namespace

runtime::WorkerPool::Options hashing_pool_options(const PasswordSettings& settings) {
  const unsigned cores = std::max(1U, std::thread::hardware_concurrency());
  return {.name = "hashing",
          .threads = settings.hash_threads == 0 ? cores : settings.hash_threads,
          .nice = static_cast<int>(settings.hash_nice),
          .queue_max = hashing_queue_max,
          .wait_max = settings.hash_wait_max,
          .idle_after = hashing_idle_after,
          .on_idle = release_hash_memory};
}

/// The jobs. They own what they need, so the password is wiped on the pool's thread when the job is destroyed.
struct PasswordService::Verification {
  PasswordService* service;
  SecretString password;
  std::optional<StoredPassword> stored;

  Checked operator()() { return service->check(password, stored); }
};

struct PasswordService::Wrapping {
  PasswordService* service;
  std::string pending;

  std::optional<std::string> operator()() { return service->make_onion(pending); }
};

struct PasswordService::Hashing {
  PasswordService* service;
  SecretString password;

  std::string operator()() { return service->make_hash(password); }
};

template <class Job>
Task<std::invoke_result_t<Job&>> PasswordService::run(Job job, std::stop_token unwanted) {
  using Clock = std::chrono::steady_clock;
  const auto begin = Clock::now();
  auto timed = [job = std::move(job), begin]() mutable {
    const auto wait = Clock::now() - begin;
    return std::pair{job(), wait};
  };
  auto outcome = co_await pool_.run(std::move(timed), unwanted);
  if (!outcome) {
    if (!unwanted.stop_requested()) counts_.add_refusal();
    throw HashingOverloaded{outcome.error()};
  }
  const auto wait = outcome->second;
  counts_.add_wait(wait);
  const Executor executor = co_await boost::asio::this_coro::executor;
  if (RequestScope* const scope = executor.scope()) {
    scope->queueing += wait;
    scope->hashing += Clock::now() - begin - wait;
  }
  co_return std::move(outcome->first);
}

PasswordService::PasswordService(runtime::WorkerPool& pool, const PasswordSettings& settings, crypto::Random& random,
                                 const CostParameters& costs, Pause pause)
    : pool_(pool),
      random_(random),
      current_(configured_format(settings.scheme, costs)),
      other_scheme_(other_format(settings.scheme, costs)),
      onion_cost_(costs.argon2id),
      decoy_(make_decoy(random)),
      pause_(pause ? std::move(pause) : Pause{wait_for}) {
  // Chooses the machine's fastest Argon2id; may be called again and from any thread.
  if (sodium_init() < 0) throw std::runtime_error("libsodium cannot be initialised");
}

Task<Verdict> PasswordService::verify(SecretString password, std::optional<StoredPassword> stored,
                                      std::stop_token unwanted) {
  Verification job{.service = this, .password = std::move(password), .stored = std::move(stored)};
  // The check of an account that does not exist is queued, too: otherwise its answer would be faster and never a 503.
  Checked checked = co_await run(std::move(job), std::move(unwanted));
  if (checked.pause > std::chrono::nanoseconds{0}) co_await pause_(checked.pause);
  co_return std::move(checked.verdict);
}

Task<std::string> PasswordService::hash(SecretString password, std::stop_token unwanted) {
  if (password.empty() || password.size() > password_bytes_max) {
    throw std::invalid_argument("a new password has 1 to 1024 bytes");
  }
  Hashing job{.service = this, .password = std::move(password)};
  co_return co_await run(std::move(job), std::move(unwanted));
}

Task<std::optional<std::string>> PasswordService::wrap(std::string pending) {
  Wrapping job{.service = this, .pending = std::move(pending)};
  std::stop_token never;
  co_return co_await run(std::move(job), std::move(never));
}

PasswordService::Checked PasswordService::check(const SecretString& password,
                                                const std::optional<StoredPassword>& stored) {
  const auto begin = std::chrono::steady_clock::now();
  // Read before the row's own format is remembered: the first check of such a row must cost what all others cost now.
  const FormatsInUse formats = formats_in_use();
  auto hash = read_stored(stored);
  remember_format_of(hash);
  const bool pays_for_all = formats.retired.size() <= FormatsInUse::retired_paid_max;
  const auto known = pays_for_all ? FormatTimes::Knowledge{.unmeasured = formats} : times_.of(formats);
  const auto plan = plan_of_checks(std::move(hash), known.unmeasured, decoy_);
  const auto composed = composed_form(password);
  Checked checked = run_plan(plan, password);
  if (!checked.verdict.matches && composed) {
    const auto pause = checked.pause;
    checked = run_plan(plan, *composed);
    checked.pause += pause + known.slowest;
  }
  if (checked.verdict.matches || pays_for_all) return {.verdict = std::move(checked.verdict)};
  checked.pause += known.slowest - (std::chrono::steady_clock::now() - begin);
  return checked;
}

/// The pause is the time that all checks but the first took, because they come on top of the slowest format's time.
PasswordService::Checked PasswordService::run_plan(const std::vector<PlannedCheck>& plan,
                                                   const SecretString& candidate) {
  std::chrono::nanoseconds beside_first{0};
  for (const PlannedCheck& planned : plan) {
    const auto begin = std::chrono::steady_clock::now();
    const bool matched = hash_matches(candidate.reveal(), planned.hash);
    const auto duration = std::chrono::steady_clock::now() - begin;
    counts_.add_hash(kind_of(planned.hash), duration);
    times_.add(planned.hash, duration);
    if (&planned != plan.data()) beside_first += duration;
    // Tested after the work is done: the match of a decoy means nothing, and nobody has an empty password.
    if (!matched || !planned.own || candidate.empty()) continue;
    const bool is_current = !needs_rehash(planned.hash, current_) && !composed_form(candidate);
    if (is_current) return {.verdict = {.matches = true, .replacement = std::nullopt}};
    // Rehashed in the same job: the password is at hand only here, and a second job could be refused.
    return {.verdict = {.matches = true, .replacement = make_hash(candidate)}};
  }
  return {.verdict = {}, .pause = beside_first};
}

std::string PasswordService::make_hash(const SecretString& password) {
  const auto composed = composed_form(password);
  const SecretString& text = composed ? *composed : password;
  const auto begin = std::chrono::steady_clock::now();
  const Phc made = hash_password(text.reveal(), current_, random_bytes(random_, new_salt_bytes));
  counts_.add_hash(kind_of(current_), std::chrono::steady_clock::now() - begin);
  return to_text(made);
}

std::optional<std::string> PasswordService::make_onion(const std::string& pending) {
  const auto inner = parse_phc(pending);
  if (!inner || !std::holds_alternative<PendingCost>(inner->format)) return std::nullopt;
  const auto begin = std::chrono::steady_clock::now();
  const Phc made = passwords::wrap(*inner, onion_cost_, random_bytes(random_, new_salt_bytes));
  counts_.add_hash(kind_of(made.format), std::chrono::steady_clock::now() - begin);
  return to_text(made);
}

void PasswordService::write(metrics::Page& page) const {
  counts_.write(page);
  page.gauge("gatehouse_hash_queue_depth", "Passwords that wait for their turn to be hashed.", pool_.waiting());
}

FormatsInUse PasswordService::formats_met() const {
  return {.current = current_, .express = express_hashes_present(), .retired = retired_.all()};
}

FormatsInUse PasswordService::formats_in_use() const {
  FormatsInUse formats = formats_met();
  const bool is_other_known = std::ranges::find(formats.retired, other_scheme_) != formats.retired.end();
  if (!formats_known() && !is_other_known) formats.retired.push_back(other_scheme_);
  return formats;
}

void PasswordService::remember_format_of(const std::optional<StoredHash>& stored) {
  if (!stored) return;
  const Phc* phc = std::get_if<Phc>(&*stored);
  if (phc == nullptr) {
    set_express_hashes_present(true);
  } else if (const PhcFormat cost = cost_of(phc->format); cost != current_) {
    retired_.remember(cost);
  }
}

bool is_same_password(const SecretString& one, const SecretString& other) {
  const auto composed_one = composed_form(one);
  const auto composed_other = composed_form(other);
  return (composed_one ? *composed_one : one).equals((composed_other ? *composed_other : other).reveal());
}

}  // namespace gatehouse::passwords
