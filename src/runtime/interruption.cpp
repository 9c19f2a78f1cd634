#include "runtime/interruption.hpp"

#include <boost/system/error_code.hpp>
#include <csignal>

namespace gatehouse::runtime {

Interruption::Interruption() : signals_(io_, SIGINT, SIGTERM, SIGHUP) {
  signals_.async_wait([this](const boost::system::error_code& ended, int) {
    if (!ended) has_come_.store(true);
  });
  waiting_ = std::jthread{[this] { io_.run(); }};
}

Interruption::~Interruption() { io_.stop(); }

}  // namespace gatehouse::runtime
