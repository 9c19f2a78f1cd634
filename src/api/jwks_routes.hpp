#pragma once

#include <array>
#include <atomic>
#include <string_view>

#include "api/jwks_document.hpp"
#include "api/route.hpp"

namespace gatehouse::api {

/// `/.well-known/jwks.json`: the public keys, for whoever checks tokens without asking. One per io thread.
class JwksRoutes {
 public:
  /// Both outlive the routes, the document or its next turn. Until `ready`, not all keys may be known: an answer that
  /// others keep for an hour must not lack one.
  JwksRoutes(const JwksDocument& document, const std::atomic<bool>& ready) : document_(&document), ready_(ready) {}

  /// Turns to another document, which takes the place of the one before.
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
