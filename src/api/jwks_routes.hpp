#pragma once

#include <array>
#include <atomic>
#include <string_view>

#include "api/jwks_document.hpp"
#include "api/route.hpp"

namespace gatehouse::api {

/// `/.well-known/jwks.json`: the public keys, for services that check tokens without asking. One per io thread.
class JwksRoutes {
 public:
  /// Both outlive the routes, the document only until the next use(). Until `ready` is true, some keys may not be known
  /// yet, and an answer that others keep for an hour must not lack one.
  JwksRoutes(const JwksDocument& document, const std::atomic<bool>& ready) : document_(&document), ready_(ready) {}

  /// Switches to another document, which replaces the previous one.
  void use(const JwksDocument& document) { document_ = &document; }

  bool publish(const http::Request& request, http::Answer& answer);

  static constexpr std::array routes{
      Route<JwksRoutes>{{http::Method::get, "/.well-known/jwks.json", "getSigningKeys", Access::open()},
                        &JwksRoutes::publish},
  };

 private:
  const JwksDocument* document_;
  const std::atomic<bool>& ready_;
};

}  // namespace gatehouse::api
