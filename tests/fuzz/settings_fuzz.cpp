// The value of a setting: any value is read or refused, and no complaint about it repeats it. The first byte chooses
// the setting.
#include <cstdint>
#include <cstdlib>
#include <string>

#include "service/settings.hpp"

namespace {

using namespace gatehouse;

/// A complaint may contain a short text by chance.
constexpr std::size_t telling_bytes = 12;

void require_silence(const config::Mistakes& mistakes, const std::string& value) {
  for (const config::Mistake& mistake : mistakes) {
    if (to_text(mistake).find(value) != std::string::npos) std::abort();
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* bytes, std::size_t size) {
  if (size == 0) return 0;
  static crypto::SystemRandom random;
  static const config::Catalog catalog = service::catalog();
  const config::Setting& setting = *catalog[bytes[0] % catalog.size()];
  const std::string value{reinterpret_cast<const char*>(bytes) + 1, size - 1};
  config::Sources sources;
  sources.environment[std::string{setting.name}] = value;
  const config::Reading reading = service::read_settings(sources, random).reading;
  if (value.size() >= telling_bytes) {
    require_silence(reading.mistakes, value);
    require_silence(reading.warnings, value);
  }
  for (const config::ResolvedSetting& one : reading.resolved) {
    if (one.setting == &setting && setting.is_secret() && !value.empty() && one.shown != "(hidden)") std::abort();
  }
  return 0;
}
