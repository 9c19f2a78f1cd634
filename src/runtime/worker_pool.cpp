#include "runtime/worker_pool.hpp"

#include <pthread.h>
#include <sys/resource.h>
#include <unistd.h>

#include <algorithm>

namespace gatehouse::runtime {

namespace {

/// Stands in for the service time until the first job is done: about one password hash.
constexpr std::chrono::milliseconds first_guess{10};
constexpr int nice_max = 19;
constexpr std::size_t thread_name_bytes_max = 15;

WorkerPool::Options checked(WorkerPool::Options options) {
  if (options.threads == 0) throw std::invalid_argument("a worker pool needs a thread");
  if (options.nice < 0 || options.nice > nice_max) throw std::invalid_argument("a worker pool's nice is 0 to 19");
  if (options.wait_max.count() <= 0) throw std::invalid_argument("a worker pool's wait_max is above 0");
  if (options.on_idle && options.idle_after.count() <= 0) throw std::invalid_argument("idle_after is above 0");
  options.name.resize(std::min(options.name.size(), thread_name_bytes_max));
  return options;
}

}  // namespace

WorkerPool::WorkerPool(Options options) : options_(checked(std::move(options))), estimate_(first_guess) {
  threads_.reserve(options_.threads);
  try {
    for (unsigned i = 0; i < options_.threads; ++i) threads_.emplace_back([this] { work_through_queue(); });
  } catch (...) {
    stop();
    throw;
  }
}

WorkerPool::~WorkerPool() { stop(); }

void WorkerPool::stop() {
  std::deque<Entry> abandoned;
  {
    const std::scoped_lock lock(mutex_);
    stopped_ = true;
    abandoned.swap(queue_);
  }
  work_came_.notify_all();
  for (Entry& entry : abandoned) entry.work(Fate::stopped, {});
  for (std::thread& thread : threads_) thread.join();
  threads_.clear();
}

std::size_t WorkerPool::waiting() const {
  const std::scoped_lock lock(mutex_);
  return queue_.size();
}

std::chrono::nanoseconds WorkerPool::predicted_wait() const {
  const std::scoped_lock lock(mutex_);
  return predicted_wait_locked();
}

std::chrono::nanoseconds WorkerPool::predicted_wait_locked() const {
  return estimate_.predicted_wait(queue_.size(), running_, options_.threads);
}

void WorkerPool::submit(Work work, std::stop_token unwanted) {
  std::unique_lock lock(mutex_);
  const bool stopped = stopped_;
  const auto wait = predicted_wait_locked();
  if (!stopped && queue_.size() < options_.queue_max && wait <= options_.wait_max) {
    const bool waits = running_ + queue_.size() >= options_.threads;
    queue_.push_back({std::move(work), Clock::now(), std::move(unwanted), waits});
    lock.unlock();
    work_came_.notify_one();
    return;
  }
  lock.unlock();
  work(stopped ? Fate::stopped : Fate::overloaded, {retry_after(wait)});
}

void WorkerPool::work_through_queue() {
  lower_priority();
  std::unique_lock lock(mutex_);
  while (true) {
    wait_for_work(lock);
    if (stopped_) return;
    Entry entry = std::move(queue_.front());
    queue_.pop_front();
    ++running_;
    const auto started_at = Clock::now();
    const bool wanted = is_wanted(entry, started_at);
    const PoolOverloaded refusal{retry_after(predicted_wait_locked())};
    lock.unlock();
    entry.work(wanted ? Fate::run : Fate::overloaded, refusal);
    entry.work = nullptr;
    lock.lock();
    --running_;
    if (wanted) estimate_.record(Clock::now() - started_at);
  }
}

bool WorkerPool::is_wanted(const Entry& entry, Clock::time_point now) const {
  if (entry.waited && entry.unwanted.stop_requested()) return false;
  return now - entry.queued_at <= 2 * options_.wait_max;
}

void WorkerPool::wait_for_work(std::unique_lock<std::mutex>& lock) {
  const auto awaited = [this] { return stopped_ || !queue_.empty(); };
  if (options_.on_idle && !work_came_.wait_for(lock, options_.idle_after, awaited)) {
    lock.unlock();
    options_.on_idle();
    lock.lock();
  }
  work_came_.wait(lock, awaited);
}

/// If lowering the priority fails, which a container may cause, only latency suffers, never correctness: results are
/// ignored.
void WorkerPool::lower_priority() const {
  pthread_setname_np(pthread_self(), options_.name.c_str());
  if (options_.nice > 0) setpriority(PRIO_PROCESS, static_cast<id_t>(gettid()), options_.nice);
}

}  // namespace gatehouse::runtime
