#include "revocations/revocation_settings.hpp"

#include <array>

#include "config/assign.hpp"

namespace gatehouse::revocations {
namespace {

using Row = config::SettingOf<RevocationSettings>;

constexpr std::array rows{
    Row{{"FEED_READERS_MAX", "Tokens", "10000",
         "How many clients may wait for revocations at once, where the limit of open files allows it. CONNECTIONS_MAX "
         "does "
         "not count them."},
        [](RevocationSettings& s, std::string_view text) {
          return config::assign_number(text, {1, 1'000'000}, s.readers_max);
        }},
};

}  // namespace

config::Section<RevocationSettings> revocation_section() { return {.rows = rows}; }

}  // namespace gatehouse::revocations
