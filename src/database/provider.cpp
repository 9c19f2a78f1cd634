#include "database/provider.hpp"

namespace gatehouse::database {

Task<std::vector<StandbyFinding>> Provider::check_standbys(boost::asio::io_context& /*io*/) {
  co_return std::vector<StandbyFinding>{};
}

}  // namespace gatehouse::database
