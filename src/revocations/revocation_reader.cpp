#include "revocations/revocation_reader.hpp"

#include <algorithm>
#include <utility>

namespace gatehouse::revocations {

Task<std::optional<News>> RevocationReader::next(Known known, std::chrono::steady_clock::time_point until,
                                                 std::stop_token gone) {
  while (true) {
    const std::uint64_t turn = feed_.room().turn();
    if (const auto recent = feed_.recent()) {
      auto news = recent->behind(known.end);
      // What was read before that need not know the place.
      if (!news && recent->as_of >= known.as_of) co_return co_await log_.read(known.end);
      if (news && (!news->revocations.empty() || news->as_of > known.as_of)) {
        news->as_of = std::max(news->as_of, known.as_of);
        co_return news;
      }
    }
    if (gone.stop_requested() || feed_.has_ended() || std::chrono::steady_clock::now() >= until) {
      co_return News{.revocations = {}, .end = known.end, .as_of = known.as_of};
    }
    co_await feed_.room().wait(turn, until, gone);
  }
}

}  // namespace gatehouse::revocations
