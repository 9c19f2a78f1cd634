#pragma once

#include "database/change_bell.hpp"

namespace gatehouse::revocations {

// Features announce changes that may revoke something under these names; service/ checks that the names agree.
inline constexpr std::string_view session_topic_name = "session";
inline constexpr std::string_view user_topic_name = "user";
inline constexpr std::string_view signing_key_topic_name = "signing_key";

/// Rings when something may have been revoked, by this process or another one.
class RevocationBell final : public database::ChangeBell {
 public:
  RevocationBell() : ChangeBell({session_topic_name, user_topic_name, signing_key_topic_name}) {}
};

}  // namespace gatehouse::revocations
