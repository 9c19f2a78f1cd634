#include "runtime/name_lookup.hpp"

#include <boost/asio/error.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/redirect_error.hpp>
#include <map>
#include <mutex>
#include <optional>
#include <system_error>
#include <thread>
#include <utility>
#include <vector>

#include "runtime/descriptor.hpp"

namespace gatehouse::runtime {
namespace {

namespace asio = boost::asio;
using boost::system::error_code;

using Found = NameLookup::Found;
using Name = std::pair<std::string, std::string>;  // host and service

/// What a lookup's thread and its callers share, guarded by Searches::mutex. The thread touches no event loop, which
/// may end first. Instead it closes the write end of each caller's pipe, which wakes the caller.
struct Search {
  Found found = std::unexpected(error_code{asio::error::timed_out});
  std::vector<Descriptor> ends;  ///< the write end of each caller's pipe, closed when the search is over
};

struct Searches {
  std::mutex mutex;
  std::map<Name, std::shared_ptr<Search>> under_way;
};

/// All searches of the process. Each user keeps a reference.
std::shared_ptr<Searches> all_searches() {
  static const auto all = std::make_shared<Searches>();
  return all;
}

/// Runs on the lookup's thread.
void run(const std::shared_ptr<Searches>& all, const std::shared_ptr<Search>& search, const Name& name,
         const NameLookup::Resolver& resolver) {
  Found found = resolver(name.first, name.second);
  const std::scoped_lock lock(all->mutex);
  search->found = std::move(found);
  search->ends.clear();
  all->under_way.erase(name);
}

/// A caller's part in the search for a name; it begins the search if nobody has.
class Participation {
 public:
  /// Throws std::system_error if no descriptor or thread is left.
  Participation(const Name& name, const NameLookup::Resolver& resolver) {
    Pipe pipe = make_pipe();
    end_ = std::move(pipe.read);
    own_end_ = pipe.write.get();
    const std::scoped_lock lock(all_->mutex);
    const auto found = all_->under_way.find(name);
    search_ = found == all_->under_way.end() ? begin(name, resolver) : found->second;
    search_->ends.push_back(std::move(pipe.write));
  }
  ~Participation() {
    const std::scoped_lock lock(all_->mutex);
    std::erase_if(search_->ends, [this](const Descriptor& end) { return end.get() == own_end_; });
  }
  Participation(const Participation&) = delete;
  Participation& operator=(const Participation&) = delete;

  /// Becomes readable when the search is over.
  [[nodiscard]] Descriptor& end() noexcept { return end_; }
  [[nodiscard]] Found found() const {
    const std::scoped_lock lock(all_->mutex);
    return search_->found;
  }

 private:
  /// Called with the mutex locked.
  [[nodiscard]] std::shared_ptr<Search> begin(const Name& name, const NameLookup::Resolver& resolver) const {
    auto search = std::make_shared<Search>();
    std::thread{run, all_, search, name, resolver}.detach();
    all_->under_way.emplace(name, search);
    return search;
  }

  const std::shared_ptr<Searches> all_ = all_searches();
  std::shared_ptr<Search> search_;
  Descriptor end_;
  int own_end_ = -1;
};

}  // namespace

NameLookup::NameLookup(const Executor& executor, Resolver resolver)
    : executor_(executor), resolver_(std::move(resolver)), patience_(executor) {}

Task<NameLookup::Found> NameLookup::look_up(std::string host, std::string service, std::chrono::milliseconds patience) {
  std::optional<Participation> search;
  const auto end = std::make_shared<End>(executor_);
  error_code error = asio::error::no_descriptors;
  try {
    search.emplace(Name{std::move(host), std::move(service)}, resolver_);
    end->assign(search->end().get(), error);
    if (!error) (void)search->end().release();
  } catch (const std::system_error&) {
    // `error` is already no_descriptors.
  }
  if (error) co_return std::unexpected(error);
  end_ = end;
  patience_.expires_after(patience);
  patience_.async_wait([weak = end_](error_code unexpired) {
    error_code ignored;
    const auto late = unexpired ? nullptr : weak.lock();
    if (late) late->cancel(ignored);
  });
  co_await end->async_wait(End::wait_read, asio::redirect_error(use_task, error));
  patience_.cancel();
  co_return search->found();
}

void NameLookup::close() noexcept {
  error_code ignored;
  if (const auto end = end_.lock()) end->cancel(ignored);
}

NameLookup::Found NameLookup::ask_system(const std::string& host, const std::string& service) {
  asio::io_context io{1};
  asio::ip::basic_resolver<asio::ip::tcp, Executor> resolver{io.get_executor()};
  error_code error;
  Places places = resolver.resolve(host, service, error);
  if (error) return std::unexpected(error);
  return places;
}

}  // namespace gatehouse::runtime
