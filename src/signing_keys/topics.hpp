#pragma once

#include "base/ids.hpp"
#include "database/announcement.hpp"
#include "database/change_bell.hpp"

namespace gatehouse::signing_keys {

/// All keys together: whoever remembers one remembers all of them.
using KeyRingId = StrongId<struct KeyRingTag>;
inline constexpr KeyRingId the_key_ring{1};

/// A key was added or deleted, or changed its state.
inline constexpr database::Topic<KeyRingId> signing_key_topic{"signing_key"};

/// Rings when a key was changed, or may have been, by this process or another one.
class KeyBell final : public database::ChangeBell {
 public:
  KeyBell() : ChangeBell({signing_key_topic.name}) {}
};

}  // namespace gatehouse::signing_keys
