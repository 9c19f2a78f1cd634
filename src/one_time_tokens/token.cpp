#include "one_time_tokens/token.hpp"

#include "crypto/checked_text.hpp"
#include "crypto/sha256.hpp"

namespace gatehouse::one_time_tokens {

std::string_view to_text(Kind kind) {
  switch (kind) {
    case Kind::reset:
      return "reset";
    case Kind::verify:
      return "verify";
    case Kind::email_change:
      return "email_change";
  }
  return "reset";
}

std::string_view prefix_of(Kind kind) {
  switch (kind) {
    case Kind::reset:
      return "gtr_";
    case Kind::verify:
      return "gtv_";
    case Kind::email_change:
      return "gte_";
  }
  return "gtr_";
}

NewToken make_token(Kind kind, crypto::Random& random) {
  SecretString text = crypto::make_checked_text(prefix_of(kind), random);
  std::string hash = crypto::sha256(text.reveal());
  return {std::move(text), std::move(hash)};
}

std::optional<std::string> hash_of(std::string_view text, Kind kind) {
  if (!crypto::is_checked_text(text, prefix_of(kind))) return std::nullopt;
  return crypto::sha256(text);
}

}  // namespace gatehouse::one_time_tokens
