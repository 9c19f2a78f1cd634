#pragma once

#include <boost/json/value.hpp>
#include <string>
#include <string_view>

namespace gatehouse::testing {

/// A file of tests/vectors/, parsed: `wycheproof/hmac_sha256_test.json`. Throws if it does not exist or is not JSON.
[[nodiscard]] boost::json::value load_vectors(std::string_view file);

/// A file of tests/vectors/, unparsed; throws std::runtime_error if there is none.
[[nodiscard]] std::string read_vectors(std::string_view file);

/// The bytes that hexadecimal digits spell; throws std::invalid_argument for anything else.
[[nodiscard]] std::string from_hex(std::string_view digits);
[[nodiscard]] std::string to_hex(std::string_view bytes);

/// Members of a JSON object; they throw if the member is missing or of another kind.
[[nodiscard]] std::string text_of(const boost::json::value& object, std::string_view member);
[[nodiscard]] std::string bytes_of(const boost::json::value& object, std::string_view member);

/// "tcId 12 comment", for failure messages.
[[nodiscard]] std::string describe(const boost::json::value& test);
[[nodiscard]] std::int64_t test_id(const boost::json::value& test);
[[nodiscard]] bool is_valid(const boost::json::value& test);

}  // namespace gatehouse::testing
