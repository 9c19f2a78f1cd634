#pragma once

#include "api/access/access_policy.hpp"
#include "api/access/api_keys.hpp"
#include "api_keys/api_key_check.hpp"

namespace gatehouse::api {

/// Lets in callers with a key of API_KEY or with a key of the table, each with its own scopes. One per io thread;
/// belongs to it.
class KeyAccess final : public AccessPolicy {
 public:
  /// Both outlive it, the keys of the settings only until the next use().
  KeyAccess(const ApiKeys& of_settings, api_keys::ApiKeyCheck& of_table)
      : of_settings_(&of_settings), of_table_(of_table) {}

  /// Switches to other keys of the settings.
  void use(const ApiKeys& of_settings) { of_settings_ = &of_settings; }

  /// Keys of the settings come first; a key of the table is known only while its cache may answer.
  [[nodiscard]] std::optional<Verdict> admit_now(const http::Request& request) const override;
  [[nodiscard]] Task<Verdict> admit(const http::Request& request) const override;

 private:
  const ApiKeys* of_settings_;
  api_keys::ApiKeyCheck& of_table_;
};

}  // namespace gatehouse::api
