#pragma once

#include <expected>
#include <optional>
#include <string>
#include <string_view>

#include "jose/jws.hpp"

namespace gatehouse::jose {

/// The members of a JOSE header that Gatehouse reads; it ignores those it does not know, as RFC 7515 section 4 says,
/// and refuses those that would make it trust the sender's key or change what is signed.
struct JwsHeader {
  std::string algorithm;
  std::optional<std::string> kid;
  std::optional<std::string> type;
};

/// Reads the header, the first part of a compact JWS. Fails with bad_encoding, bad_header or refused_parameter.
[[nodiscard]] std::expected<JwsHeader, JwsError> read_jws_header(std::string_view base64url_part);

}  // namespace gatehouse::jose
