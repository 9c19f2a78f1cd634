/// Seals sessions whose rows bench/harness/postgres.py wrote in bulk, so that millions of them can be verified without
/// millions of logins.
///
///     SESSION_SECRET=… bench_seal_sessions <first id> <last id> <count> [refresh]
///
/// Prints one sealed session a line for `count` ids spread evenly from the first to the last one, or its first refresh
/// token. The secret of session
/// N is the first 16 bytes of the SHA-256 of N in decimal, which the rows' hashes were computed from as well.

#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <string>
#include <string_view>
#include <vector>

#include "base/secret_string.hpp"
#include "crypto/random.hpp"
#include "crypto/sha256.hpp"
#include "sessions/refresh_sealer.hpp"
#include "sessions/session_sealer.hpp"

namespace {

using gatehouse::SessionId;
using gatehouse::sessions::RefreshSealer;
using gatehouse::sessions::SessionReference;
using gatehouse::sessions::SessionSealer;

SessionReference reference_of(std::int64_t id) {
  SessionReference reference{.id = SessionId{id}, .secret = {}};
  gatehouse::crypto::sha256(std::to_string(id)).copy(reference.secret.data(), reference.secret.size());
  return reference;
}

}  // namespace

int main(int argc, char** argv) {
  const char* secret = std::getenv("SESSION_SECRET");  // NOLINT(concurrency-mt-unsafe): there is one thread
  const bool wants_refresh = argc == 5 && std::string_view{argv[4]} == "refresh";
  if ((argc != 4 && !wants_refresh) || secret == nullptr) {
    std::fputs("usage: SESSION_SECRET=... bench_seal_sessions <first id> <last id> <count> [refresh]\n", stderr);
    return 2;
  }
  const std::int64_t first = std::strtoll(argv[1], nullptr, 10);
  const std::int64_t last = std::strtoll(argv[2], nullptr, 10);
  const std::int64_t count = std::strtoll(argv[3], nullptr, 10);
  std::vector<gatehouse::SecretString> secrets;
  secrets.emplace_back(secret);
  const SessionSealer sealer{secrets};
  const RefreshSealer refresh_sealer{secrets};
  gatehouse::crypto::SystemRandom random;
  for (std::int64_t i = 0; i < count; ++i) {
    const SessionReference session = reference_of(first + (last - first) * i / count);
    const std::string sealed =
        wants_refresh ? refresh_sealer.seal({.id = session.id, .secret = session.secret, .generation = 0}, random)
                      : sealer.seal(session, random);
    std::puts(sealed.c_str());
  }
}
