#include "dongles/dongle_settings.hpp"

#include <array>

#include "config/assign.hpp"

namespace gatehouse::dongles {
namespace {

constexpr auto dongle_rows = std::to_array<config::SettingOf<DongleSettings>>({
    {{"DONGLES_PER_USER_MAX", "Dongles", "20", "How many dongles a user may have."},
     [](DongleSettings& s, std::string_view text) { return config::assign_number(text, {1, 1000}, s.per_user_max); }},
});

}  // namespace

config::Section<DongleSettings> dongle_section() { return {.rows = dongle_rows}; }

}  // namespace gatehouse::dongles
