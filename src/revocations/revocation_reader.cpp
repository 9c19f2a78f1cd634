#include "revocations/revocation_reader.hpp"

#include <utility>

namespace gatehouse::revocations {

Task<std::optional<News>> RevocationReader::next(Known known, std::chrono::steady_clock::time_point until,
                                                 std::stop_token gone) {
  while (true) {
    const std::uint64_t turn = feed_.room().turn();
    const auto recent = feed_.recent();
    if (recent && recent->read_at > known.read_at) {
      auto news = recent->behind(known.end);
      if (!news) co_return co_await log_.read(known.end);
      co_return news;
    }
    if (gone.stop_requested() || feed_.has_ended() || std::chrono::steady_clock::now() >= until) {
      co_return News{.revocations = {}, .end = known.end, .as_of = known.as_of, .read_at = known.read_at};
    }
    co_await feed_.room().wait(turn, until, gone);
  }
}

}  // namespace gatehouse::revocations
