#pragma once

#include <string>
#include <string_view>

#include "users/model.hpp"

namespace gatehouse::api {

/// Whether If-None-Match names the entity tag (RFC 9110 section 13.1.2), which is compared weakly.
[[nodiscard]] bool names_entity_tag(std::string_view if_none_match, std::string_view etag);

/// The entity tag of content that is the same for everybody: a digest of it, in quotes.
[[nodiscard]] std::string entity_tag_of(std::string_view content);

/// `"7-3"`: the user's id, and the version of what is shown of them.
[[nodiscard]] std::string entity_tag_of(const users::User& user);

/// The versions of the user that If-Match names (RFC 9110 section 13.1.1), compared strongly; any for `*`.
[[nodiscard]] users::SeenVersions versions_named(std::string_view if_match, UserId user);

}  // namespace gatehouse::api
