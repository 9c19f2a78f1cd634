#pragma once

#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "api_keys/key_text.hpp"
#include "api_keys/model.hpp"
#include "crypto/random.hpp"
#include "database/rows.hpp"

namespace gatehouse::api_keys::testing {

/// A key and its secret.
struct KeyAndSecret {
  StoredKey stored;
  std::string text;
};

inline KeyAndSecret make_key(std::int64_t id, std::string public_id) {
  crypto::SystemRandom random;
  const NewKeyText secret = make_key_text(public_id, random);
  StoredKey stored{.key = {.id = ApiKeyId{id},
                           .public_id = std::move(public_id),
                           .name = "shop",
                           .scopes = {Scope::auth},
                           .tells_client = false,
                           .created_at = {},
                           .created_by = "cli root",
                           .previous_until = {},
                           .expires_at = {},
                           .last_used_at = {}},
                   .hash = secret.hash,
                   .previous_hash = {}};
  return {std::move(stored), std::string{secret.text.reveal()}};
}

/// What the statement api_keys_list finds.
inline database::Rows rows_of(const std::vector<StoredKey>& keys) {
  database::Rows rows{12};
  const auto add_time = [&rows](const std::optional<TimePoint>& time) {
    time ? rows.add_integer(to_unix_us(*time)) : rows.add_null();
  };
  for (const StoredKey& stored : keys) {
    rows.add_integer(stored.key.id.value);
    rows.add_text(stored.key.public_id);
    rows.add_text(stored.key.name);
    rows.add_text("auth");
    rows.add_integer(stored.key.tells_client ? 1 : 0);
    rows.add_integer(to_unix_us(stored.key.created_at));
    rows.add_text(stored.key.created_by);
    add_time(stored.key.previous_until);
    add_time(stored.key.expires_at);
    add_time(stored.key.last_used_at);
    rows.add_text(stored.hash);
    stored.previous_hash ? rows.add_text(*stored.previous_hash) : rows.add_null();
  }
  return rows;
}

}  // namespace gatehouse::api_keys::testing
