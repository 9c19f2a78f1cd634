// The query string of GET /users: what is accepted is within its bounds, and no made-up cursor is accepted.
#include <cstdint>
#include <cstdlib>
#include <string_view>

#include "api/list_query.hpp"
#include "base/secret_string.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* bytes, std::size_t size) {
  using namespace gatehouse;
  static const api::PageCursor cursor{SecretString{"a secret that the fuzzer does not know"}};
  const auto query = api::parse_list_query({reinterpret_cast<const char*>(bytes), size}, cursor);
  if (!query) return query.error().empty() ? (std::abort(), 0) : 0;
  if (query->after || (query->limit && (*query->limit < 1 || *query->limit > api::page_limit_max))) std::abort();
  return 0;
}
