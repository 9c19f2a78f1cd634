#include "devices/device_settings.hpp"

#include <array>

#include "config/assign.hpp"

namespace gatehouse::devices {
namespace {

using Row = config::SettingOf<DeviceSettings>;

constexpr std::array rows{
    Row{{"DEVICES_PER_USER_MAX", "Devices", "20", "How many devices a user may have."},
        [](DeviceSettings& s, std::string_view text) {
          return config::assign_number(text, {1, 1000}, s.per_user_max);
        }},
};

}  // namespace

config::Section<DeviceSettings> device_section() { return {.rows = rows}; }

}  // namespace gatehouse::devices
