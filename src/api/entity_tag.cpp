#include "api/entity_tag.hpp"

#include <algorithm>
#include <charconv>
#include <cstdint>
#include <optional>
#include <vector>

#include "base/base64url.hpp"
#include "base/text.hpp"
#include "crypto/sha256.hpp"

namespace gatehouse::api {
namespace {

/// Calls `hear` with each entity tag of a list. Ours contain no comma, so splitting at commas finds them, whatever the
/// others contain.
template <class Hear>
void for_each_tag(std::string_view list, const Hear& hear) {
  while (!list.empty()) {
    const std::size_t comma = std::min(list.find(','), list.size());
    hear(trim(list.substr(0, comma)));
    list.remove_prefix(std::min(comma + 1, list.size()));
  }
}

std::optional<std::int64_t> version_in(std::string_view text) {
  std::int64_t version = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), version);
  if (error != std::errc{} || end != text.data() + text.size()) return std::nullopt;
  return version;
}

std::string beginning_of_tags(UserId user) { return '"' + std::to_string(user.value) + '-'; }

}  // namespace

std::string entity_tag_of(std::string_view content) {
  constexpr std::size_t digest_bytes = 12;
  return '"' + to_base64url(std::string_view{crypto::sha256(content)}.substr(0, digest_bytes)) + '"';
}

bool names_entity_tag(std::string_view if_none_match, std::string_view etag) {
  if (trim(if_none_match) == "*") return true;
  bool is_named = false;
  for_each_tag(if_none_match, [&](std::string_view tag) {
    if (tag.starts_with("W/")) tag.remove_prefix(2);
    is_named = is_named || tag == etag;
  });
  return is_named;
}

std::string entity_tag_of(const users::User& user) {
  return beginning_of_tags(user.id) + std::to_string(user.version) + '"';
}

users::SeenVersions versions_named(std::string_view if_match, UserId user) {
  if (trim(if_match) == "*") return std::nullopt;
  const std::string beginning = beginning_of_tags(user);
  std::vector<std::int64_t> versions;
  for_each_tag(if_match, [&](std::string_view tag) {
    if (!tag.starts_with(beginning) || !tag.ends_with('"')) return;
    const std::string_view number = tag.substr(beginning.size(), tag.size() - beginning.size() - 1);
    if (const auto version = version_in(number)) versions.push_back(*version);
  });
  return versions;
}

}  // namespace gatehouse::api
