#pragma once

#include <cstdint>

#include "http/answer.hpp"
#include "http/request.hpp"
#include "http/status.hpp"
#include "runtime/task.hpp"

namespace gatehouse::http {

/// What to do with a request whose header is known.
enum class Admission : std::uint8_t {
  answered,      ///< refused or answered; any body that follows is not needed
  without_body,  ///< its body, if one follows, is read and thrown away
  with_body,
};

/// Answers the requests that connections read. The API implements it; the engine knows nothing else of the API.
///
/// One per io thread, called on that thread only. A request and its answer outlive every call and coroutine.
class Responder {
 public:
  virtual ~Responder() = default;

  /// Called first, once for each request, before any of its body is kept, so that a client that is refused cannot fill
  /// the memory.
  [[nodiscard]] virtual Admission admit(Request& request, Answer& answer) = 0;

  /// Called with the whole request, unless admit() has answered it. Answers at once if that is possible and returns
  /// true; otherwise the connection awaits finish().
  [[nodiscard]] virtual bool begin(Request& request, Answer& answer) = 0;

  /// Answers a request that begin() left open. It throws nothing.
  [[nodiscard]] virtual Task<> finish(Request& request, Answer& answer) = 0;

  /// Refuses a request that could not be read to its end; `status` says why. `request` holds what was read of it.
  virtual void refuse_unreadable(Status status, const Request& request, Answer& answer) = 0;

  /// Refuses the client of a connection for which the process has no place.
  virtual void turn_away(const Request& request, Answer& answer) = 0;
};

}  // namespace gatehouse::http
