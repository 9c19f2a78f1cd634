// The JSON reader's fast path for plain objects and its general path report the same for every text; a text that both
// read to the end is JSON to Boost.JSON's own parser too, and an object.
#include <boost/json.hpp>
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string_view>

#include "support/json_transcript.hpp"

using namespace gatehouse;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* bytes, std::size_t size) {
  const std::string_view text{reinterpret_cast<const char*>(bytes), size};
  for (const json::Limits& limits : {json::small_limits, json::widest_limits}) {
    for (const bool bears_faults : {false, true}) {
      const test::JsonReading reading = test::read_json(text, limits, bears_faults);
      if (reading != test::read_any_json(text, limits, bears_faults)) std::abort();
      if (bears_faults || reading.outcome != json::Outcome::complete) continue;
      boost::system::error_code malformed;
      const boost::json::value whole = boost::json::parse(text, malformed);
      if (malformed || !whole.is_object()) std::abort();
    }
  }
  return 0;
}
