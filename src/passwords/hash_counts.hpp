#pragma once

#include <array>
#include <chrono>
#include <cstdint>
#include <string_view>

#include "metrics/page.hpp"
#include "passwords/check_plan.hpp"

namespace gatehouse::passwords {

/// The ways to hash, as metrics name them.
enum class HashKind : std::uint8_t {
  argon2id,
  argon2i,
  pbkdf2_sha1,
  pbkdf2_sha256,
  pbkdf2_sha512,
  scrypt,
  firebase_scrypt,
  yescrypt,
  bcrypt,
  sha256_crypt,
  sha512_crypt,
  sha1_crypt,
  onion,
  pending_wrap,
  express
};
[[nodiscard]] std::string_view to_text(HashKind kind);
[[nodiscard]] HashKind kind_of(const PhcFormat& format);
[[nodiscard]] HashKind kind_of(const StoredHash& stored);

/// What hashing costs. Any thread.
class HashCounts {
 public:
  void add_hash(HashKind kind, std::chrono::nanoseconds duration) {
    durations_[static_cast<std::size_t>(kind)].add(duration);
  }
  /// From the request for a hash to its turn.
  void add_wait(std::chrono::nanoseconds wait) { waits_.add(wait); }
  void add_refusal() { refused_.add(); }

  /// gatehouse_hash_duration_seconds, _wait_seconds and _refused_total.
  void write(metrics::Page& page) const;

 private:
  static constexpr std::size_t kind_count = static_cast<std::size_t>(HashKind::express) + 1;

  std::array<metrics::Histogram<metrics::Counter>, kind_count> durations_;
  metrics::Histogram<metrics::Counter> waits_;
  metrics::Counter refused_;
};

}  // namespace gatehouse::passwords
