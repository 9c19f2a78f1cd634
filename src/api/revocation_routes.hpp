#pragma once

#include <array>
#include <chrono>
#include <optional>
#include <string>
#include <string_view>

#include "api/revocation_cursor.hpp"
#include "api/route.hpp"
#include "base/clock.hpp"
#include "crypto/random.hpp"
#include "revocations/revocation_reader.hpp"

namespace gatehouse::api {

/// `/revocations`: which tokens end before their time, for services that check tokens by themselves. One per io thread.
class RevocationRoutes {
 public:
  /// A stream ends after this long, so that its reader must present its key again.
  static constexpr std::chrono::minutes stream_max{5};
  /// The longest time between two events of a stream.
  static constexpr std::chrono::seconds heartbeat{1};

  /// What the routes work with.
  struct Parts {
    database::Database& database;
    revocations::RevocationFeed& feed;
    const RevocationCursor& cursor;
    std::chrono::seconds token_ttl;
    const Clock& clock;
    crypto::Random& random;
  };

  /// Everything outlives the routes, the cursor only until the next use().
  explicit RevocationRoutes(const Parts& parts)
      : reader_(revocations::RevocationLog{parts.database, parts.clock, parts.token_ttl}, parts.feed),
        cursor_(&parts.cursor),
        random_(parts.random) {}

  void use(const RevocationCursor& cursor) { cursor_ = &cursor; }

  Task<> take_snapshot(const http::Request& request, http::Answer& answer);
  Task<> follow(const http::Request& request, http::Answer& answer);

  static constexpr std::array routes{
      Route<RevocationRoutes>{
          {http::Method::get, "/revocations/snapshot", "getRevocationSnapshot", Access::scope(Scope::revocations_read)},
          &RevocationRoutes::take_snapshot},
      Route<RevocationRoutes>{
          {http::Method::get, "/revocations", "followRevocations", Access::scope(Scope::revocations_read)},
          &RevocationRoutes::follow},
  };

 private:
  [[nodiscard]] Task<> answer_once(const http::Request& request, http::Answer& answer, revocations::News news,
                                   std::chrono::seconds wait);
  [[nodiscard]] Task<> stream(const http::Request& request, http::Answer& answer, revocations::News news);
  [[nodiscard]] Task<std::optional<revocations::News>> wait_for_news(revocations::News news,
                                                                     std::chrono::steady_clock::time_point until,
                                                                     const http::Request& request);
  [[nodiscard]] Task<std::optional<revocations::News>> after_event(const revocations::News& sent,
                                                                   const http::Request& request);
  [[nodiscard]] std::string json_of(const revocations::News& news, std::string_view cursor) const;
  [[nodiscard]] std::string event_of(const revocations::News& news) const;

  revocations::RevocationReader reader_;
  const RevocationCursor* cursor_;
  crypto::Random& random_;
};

}  // namespace gatehouse::api
