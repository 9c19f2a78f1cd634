/// How long it takes to check an API key of the table from memory.
///
///     bench_check_api_key <checks>
///
/// Checks that many keys, 100 in turn. Prints the nanoseconds of CPU time that one takes: the checksum, the look-up,
/// the hash and the clocks.

#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <ctime>
#include <stdexcept>
#include <string>
#include <vector>

#include "api_keys/api_key_check.hpp"
#include "api_keys/key_text.hpp"
#include "crypto/random.hpp"

namespace {

using namespace gatehouse;

constexpr std::size_t keys_count = 100;

/// A database that must not be asked.
class NoDatabase final : public database::Database {
 public:
  explicit NoDatabase(database::Observers& observers) : Database(observers) {}

 protected:
  Task<database::Rows> read(const database::Statement& /*statement*/, database::Parameters /*parameters*/) override {
    throw std::logic_error("a check asked the database");
  }
  Task<std::expected<std::vector<database::Rows>, database::Violation>> write(
      std::vector<database::Command> /*commands*/, std::vector<database::Announcement> /*announcements*/) override {
    throw std::logic_error("a check wrote");
  }
};

/// Fills the cache, and returns the keys.
std::vector<std::string> make_keys(api_keys::ApiKeyCache& cache) {
  crypto::SystemRandom random;
  std::vector<std::string> texts;
  std::vector<api_keys::StoredKey> rows;
  for (std::size_t i = 0; i < keys_count; ++i) {
    api_keys::ApiKey key;
    key.id = api_keys::ApiKeyId{static_cast<std::int64_t>(i) + 1};
    key.public_id = api_keys::make_public_id(random);
    const api_keys::NewKeyText made = api_keys::make_key_text(key.public_id, random);
    texts.emplace_back(made.text.reveal());
    rows.push_back({.key = std::move(key), .hash = made.hash, .previous_hash = {}});
  }
  cache.on_feed_proved(BootTime::max());
  cache.insert(cache.begin_fill(), std::move(rows));
  return texts;
}

}  // namespace

int main(int argc, char** argv) {
  const long checks = argc == 2 ? std::strtol(argv[1], nullptr, 10) : 0;
  if (checks <= 0) {
    std::fputs("usage: bench_check_api_key <checks>\n", stderr);
    return 2;
  }
  const SystemBootClock boot_clock;
  const SystemClock clock;
  database::Observers observers;
  NoDatabase database{observers};
  api_keys::ApiKeyCache cache{boot_clock};
  api_keys::KeyReading reading{std::chrono::seconds{1}};
  api_keys::ApiKeyCheck check{database, cache, reading, clock};
  const auto keys = make_keys(cache);
  long good = 0;
  const std::clock_t begin = std::clock();
  for (long i = 0; i < checks; ++i) {
    const auto checked = check.check_now(keys[static_cast<std::size_t>(i) % keys_count]);
    if (checked && *checked) ++good;
  }
  const double elapsed_s = static_cast<double>(std::clock() - begin) / CLOCKS_PER_SEC;
  if (good != checks) return 1;
  std::printf("%.1f\n", elapsed_s * 1e9 / static_cast<double>(checks));
}
