// The reader of request bodies, JSON and forms: whatever it accepts is well-formed UTF-8 without NUL and within its
// field's bounds.
#include <cstdint>
#include <cstdlib>
#include <string_view>

#include "base/text.hpp"
#include "http/body.hpp"

namespace {

using namespace gatehouse;

struct EveryKind {
  std::optional<std::string> first_name;
  std::optional<std::string_view> email;
  std::optional<SecretString> password;
  std::optional<bool> session;
  std::optional<std::int64_t> limit;
  std::optional<std::vector<std::string>> scopes;
};
constexpr std::size_t entries_max = 3;
constexpr auto every_kind = http::body_fields(
    http::field("first_name", &EveryKind::first_name), http::field("email", &EveryKind::email, {.bytes_max = 254}),
    http::field("password", &EveryKind::password), http::field("session", &EveryKind::session),
    http::field("limit", &EveryKind::limit, {.min = -5, .max = 1000}),
    http::field("scopes", &EveryKind::scopes, {.bytes_max = 8, .entries_max = entries_max}));

void require(bool holds) {
  if (!holds) std::abort();
}

bool is_text(std::string_view text) { return is_utf8(text) && !text.contains('\0'); }

void check(const EveryKind& body) {
  require(is_text(body.first_name.value_or("")));
  require(is_text(body.email.value_or("")) && body.email.value_or("").size() <= 254);
  require(!body.password || is_text(body.password->reveal()));
  require(body.limit.value_or(0) >= -5 && body.limit.value_or(0) <= 1000);
  if (!body.scopes) return;
  require(body.scopes->size() <= entries_max);
  for (const std::string& scope : *body.scopes) require(is_text(scope) && scope.size() <= 8);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* bytes, std::size_t size) {
  const std::string_view text{reinterpret_cast<const char*>(bytes), size};
  for (const char* media_type : {"application/json", "application/x-www-form-urlencoded"}) {
    http::Request request;
    request.body = text;
    request.headers.add(http::Field::content_type, media_type);
    for (const auto unknown : {http::UnknownFields::refuse, http::UnknownFields::skip}) {
      json::TextBuffer texts;
      if (const auto body = http::read_body(request, every_kind, texts, unknown)) check(*body);
    }
  }
  return 0;
}
