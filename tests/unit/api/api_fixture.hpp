#pragma once

#include <atomic>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "api/access/api_keys.hpp"
#include "api/dispatcher.hpp"
#include "api/routes.hpp"
#include "contract/login_fixture.hpp"
#include "no_limits.hpp"
#include "noted_trail.hpp"

namespace gatehouse::api {

/// What came back.
struct Reply {
  http::Status status;
  std::string head;
  std::string body;

  friend void PrintTo(const Reply& reply, std::ostream* out) { *out << reply.head << reply.body; }
};

class IgnoredStream final : public http::StreamSink {
 public:
  Task<bool> flush() override { co_return true; }
  void step_aside() override {}
};

/// Header fields of a request; the texts outlive the call they are for.
using GivenHeaders = std::vector<std::pair<http::Field, std::string_view>>;

/// The whole API, from a complete request to the text of its answer, over an empty SQLite database.
class ApiFixture : public testing::LoginFixture {
 protected:
  explicit ApiFixture(service::Settings settings = testing::test_settings()) : LoginFixture(std::move(settings)) {
    ready_ = true;
  }

  static std::vector<SecretString> one_key() {
    std::vector<SecretString> keys;
    keys.emplace_back("the key");
    return keys;
  }

  Reply ask_with(Dispatcher& dispatcher, http::Method method, std::string_view target, std::string_view body,
                 const GivenHeaders& headers) {
    http::Request request;
    request.method = method;
    request.path = target.substr(0, target.find('?'));
    if (request.path.size() < target.size()) request.query = target.substr(request.path.size() + 1);
    request.body = body;
    request.id = "test";
    request.scope.request_id = request.id;
    request.client.text = "192.0.2.1";
    request.is_proxied = is_proxied_;
    for (const auto& [field, value] : headers) request.headers.add(field, value);
    return answer(dispatcher, request);
  }

  Reply ask(http::Method method, std::string_view target, std::string_view body = {}) {
    GivenHeaders headers{{http::Field::api_key, "the key"}};
    if (!body.empty()) headers.emplace_back(http::Field::content_type, "application/json");
    return ask_with(dispatcher_, method, target, body, headers);
  }
  Reply get(std::string_view target) { return ask(http::Method::get, target); }
  Reply post(std::string_view target, std::string_view body) { return ask(http::Method::post, target, body); }
  Reply put(std::string_view target, std::string_view body) { return ask(http::Method::put, target, body); }
  Reply remove(std::string_view target) { return ask(http::Method::delete_, target); }

  const tokens::TokenVerifier& verifier_ = shared_.ring->verifier;
  flows::IdentityFlow& identity_ = capabilities_.identity;
  Lifecycle& lifecycle_ = parts_.lifecycle;
  std::atomic<bool>& ready_ = lifecycle_.schema_ready;
  const RouteTable& routes_ = features_.routes;
  bool is_proxied_ = false;  ///< whether requests come from one of TRUSTED_PROXIES
  const Cors cors_{{}};
  const ApiKeys api_keys_{one_key()};
  const NoLimits no_limits_;
  NotedTrail trail_;
  http::Traffic counted_{{}};
  http::ThreadTraffic& traffic_ = counted_.add_thread();
  std::vector<std::string> failures_;
  Dispatcher dispatcher_{
      {.routes = routes_,
       .cors = cors_,
       .access = api_keys_,
       .limiter = no_limits_.limiter(),
       .trail = trail_,
       .traffic = traffic_,
       .ready = ready_,
       .on_failure = [this](const Dispatcher::Failure& failure) { failures_.emplace_back(failure.what); },
       .audiences = settings_.tokens.audiences}};

 private:
  /// Answers as a connection does.
  Reply answer(Dispatcher& dispatcher, http::Request& request) {
    const http::CommonHeaders common{false, clock_.now()};
    IgnoredStream stream;
    std::string out;
    http::Answer answer{out, common, stream};
    answer.reset(request);
    if (dispatcher.admit(request, answer) != http::Admission::answered && !dispatcher.begin(request, answer)) {
      run(dispatcher.finish(request, answer));
    }
    const std::size_t end = out.find("\r\n\r\n") + 4;
    return {answer.status(), out.substr(0, end), out.substr(end)};
  }
};

/// A request and the exact text of its refusal.
struct RefusedRequest {
  http::Method method;
  std::string target;
  std::string body;
  http::Status status;
  std::string answer;
};

}  // namespace gatehouse::api
