#include "sessions/revocation_times.hpp"

#include "sessions/topics.hpp"

namespace gatehouse::sessions {

/// If the database's clock is ahead of this machine's, this counts as no time.
void RevocationTimes::on_heard(const database::HeardAnnouncement& heard) noexcept {
  const bool ends_sessions = session_topic.id_in(heard.announcement) || user_topic.id_in(heard.announcement);
  if (ends_sessions && heard.said_at) times_.add(clock_.now() - *heard.said_at);
}

void RevocationTimes::write(metrics::Page& page) const {
  page.histogram("gatehouse_revocation_seen_seconds",
                 "From the change that may end sessions, in any process, to its arrival here.", times_.read());
}

}  // namespace gatehouse::sessions
