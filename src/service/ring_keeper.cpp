#include "service/ring_keeper.hpp"

#include <boost/asio/cancellation_state.hpp>
#include <exception>
#include <utility>

#include "database/errors.hpp"
#include "signing_keys/key_ring.hpp"

namespace gatehouse::service {

Task<> RingKeeper::renew() {
  std::vector<signing_keys::StoredKey> keys = co_await store_.list();
  if (has_ring_ && keys == keys_) co_return;
  keys_ = std::move(keys);
  make_ring();
}

void RingKeeper::make_ring() {
  const auto table = signing_keys::make_key_ring(keys_, *parts_.sealer.get(), parts_.clock.now());
  const auto ring = std::make_shared<const TokenRing>(*parts_.settings, table, parts_.random);
  has_ring_ = true;
  if (table.unreadable != unreadable_) {
    for (const std::string& kid : table.unreadable) {
      parts_.log.error("signing_key_unreadable",
                       {{"kid", kid},
                        {"problem", "it is damaged, or sealed with a SESSION_SECRET that is not set here"},
                        {"remedy", "set that secret again, after the new one, or promote another key"}});
    }
    unreadable_ = table.unreadable;
  }
  parts_.turn(ring);
}

void RingKeeper::use(std::shared_ptr<const Settings> settings) {
  parts_.settings = std::move(settings);
  parts_.sealer.use(std::make_shared<const signing_keys::PrivateKeySealer>(parts_.settings->sessions.secrets));
  make_ring();
}

/// False if it should be tried again soon.
Task<bool> RingKeeper::try_to_renew() {
  try {
    co_await renew();
    unread_reason_.clear();
    co_return true;
  } catch (const database::Unavailable&) {
    // The code that serves requests reports it.
    co_return false;
  } catch (const std::exception& failure) {
    if (failure.what() != unread_reason_) parts_.log.error("signing_keys_unread", {{"reason", failure.what()}});
    unread_reason_ = failure.what();
    co_return false;
  }
}

Task<> RingKeeper::keep() {
  // The loop ends because it checks the cancellation state, not by an exception from whatever happens to be awaited.
  co_await boost::asio::this_coro::throw_if_cancelled(false);
  const auto cancellation = co_await boost::asio::this_coro::cancellation_state;
  bool is_read = true;
  while (cancellation.cancelled() == boost::asio::cancellation_type::none) {
    const bool is_calm = is_read && parts_.feed.is_good();
    co_await parts_.bell.wait(is_calm ? std::chrono::milliseconds{calm_interval} : deaf_interval);
    if (cancellation.cancelled() != boost::asio::cancellation_type::none) co_return;
    is_read = co_await try_to_renew();
  }
}

}  // namespace gatehouse::service
