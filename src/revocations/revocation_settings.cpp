#include "revocations/revocation_settings.hpp"

#include <array>

#include "config/assign.hpp"

namespace gatehouse::revocations {
namespace {

constexpr auto revocation_rows = std::to_array<config::SettingOf<RevocationSettings>>({
    {{"FEED_READERS_MAX", "Tokens", "10000",
      "How many clients may follow the revocation feed at once, in addition to CONNECTIONS_MAX; the limit of open "
      "files may allow fewer."},
     [](RevocationSettings& s, std::string_view text) {
       return config::assign_number(text, {1, 1'000'000}, s.readers_max);
     }},
});

}  // namespace

config::Section<RevocationSettings> revocation_section() { return {.rows = revocation_rows}; }

}  // namespace gatehouse::revocations
