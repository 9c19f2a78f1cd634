#include "flows/hash_wrapping/hash_wrapping.hpp"

#include <utility>

#include "users/user_store.hpp"

namespace gatehouse::flows {

Task<HashWrapping::Batch> HashWrapping::read(UserId after) {
  auto pending = co_await pending_.find(after, batch_max);
  Batch batch;
  batch.reserve(pending.size());
  for (users::PendingHash& one : pending) batch.push_back({.pending = std::move(one)});
  co_return batch;
}

Task<> HashWrapping::wrap(Batch& batch, std::size_t& next) {
  while (next < batch.size()) {
    Entry& entry = batch[next++];
    std::string hash = entry.pending.hash;
    entry.onion = co_await passwords_.wrap(std::move(hash));
  }
}

Task<> HashWrapping::store(const Batch& batch) {
  database::Changes changes;
  for (const Entry& entry : batch) {
    if (entry.onion) changes.add(users::UserStore::replace_hash(entry.pending.user, entry.pending.hash, *entry.onion));
  }
  if (!changes.empty()) (void)co_await database_.commit(std::move(changes));
}

}  // namespace gatehouse::flows
