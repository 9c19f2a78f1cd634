#pragma once

#include <boost/asio/prefer.hpp>
#include <boost/asio/query.hpp>
#include <boost/asio/require.hpp>
#include <utility>

#include "base/request_scope.hpp"

namespace gatehouse::runtime {

/// An Asio executor that also knows the request for which its coroutines work. A coroutine passes it on to whatever it
/// awaits, so code deep in the call chain knows its request without a parameter. In all other respects it behaves like
/// `Inner`.
template <class Inner>
class ScopedExecutor {
 public:
  /// Without a scope it works for no request. The scope must outlive everything that runs on the executor.
  ScopedExecutor(Inner inner, RequestScope* scope = nullptr) noexcept  // NOLINT: as good as the inner one
      : inner_(std::move(inner)), scope_(scope) {}

  [[nodiscard]] RequestScope* scope() const noexcept { return scope_; }
  [[nodiscard]] ScopedExecutor with(RequestScope& scope) const noexcept { return {inner_, &scope}; }

  // What Asio requires of an executor.
  template <class Function>
  void execute(Function&& function) const {
    inner_.execute(std::forward<Function>(function));
  }
  template <class Property>
    requires(boost::asio::can_query_v<const Inner&, Property>)
  decltype(auto) query(const Property& property) const {
    return boost::asio::query(inner_, property);
  }
  template <class Property>
    requires(boost::asio::can_require_v<const Inner&, Property>)
  auto require(const Property& property) const {
    auto inner = boost::asio::require(inner_, property);
    return ScopedExecutor<decltype(inner)>{std::move(inner), scope_};
  }
  template <class Property>
    requires(boost::asio::can_prefer_v<const Inner&, Property>)
  auto prefer(const Property& property) const {
    auto inner = boost::asio::prefer(inner_, property);
    return ScopedExecutor<decltype(inner)>{std::move(inner), scope_};
  }
  friend bool operator==(const ScopedExecutor& a, const ScopedExecutor& b) noexcept {
    return a.inner_ == b.inner_ && a.scope_ == b.scope_;
  }

 private:
  Inner inner_;
  RequestScope* scope_;
};

}  // namespace gatehouse::runtime
