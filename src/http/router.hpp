#pragma once

#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "http/answer.hpp"
#include "http/request.hpp"
#include "runtime/task.hpp"

namespace gatehouse::http {

/// Who may call a route. Every route asks for an API key unless it says otherwise.
enum class Access { api_key, open };

/// Answers a request; the request and the answer outlive the coroutine.
using Handler = std::function<Task<>(const Request&, Answer&)>;
/// Answers a request without waiting for anything, or returns false untouched for the Handler to do it.
using ImmediateHandler = std::function<bool(const Request&, Answer&)>;

struct Route {
  Method method;
  std::string_view pattern;  ///< static; `/users/{id}`, with at most one parameter, a whole segment
  Handler handle = nullptr;  ///< null where handle_now answers always
  ImmediateHandler handle_now = nullptr;
  Access access = Access::api_key;
};

/// The routes of one io thread. Built at start, then only read.
class Router {
 public:
  struct Match {
    const Route* route = nullptr;  ///< null: no such path, or none for this method
    std::string_view parameter;
    std::string_view allow;  ///< the path's methods, for `Allow`; empty: no such path
  };

  void add(Route route);

  /// HEAD is answered by GET's route. As in the Express service, the case of a path's ASCII letters and one final slash
  /// make no difference.
  [[nodiscard]] Match match(Method method, std::string_view path) const;

  /// Every route, in order of registration.
  [[nodiscard]] std::vector<const Route*> routes() const;

 private:
  /// A path pattern with all its methods.
  struct Resource {
    std::string_view pattern;
    std::string_view prefix;  ///< before the parameter; the whole pattern where there is none
    std::string_view suffix;  ///< behind the parameter
    bool has_parameter;
    std::vector<Route> routes;
    std::string allow;
  };

  static bool matches(const Resource& resource, std::string_view path, std::string_view& parameter);

  std::vector<Resource> resources_;
};

}  // namespace gatehouse::http
