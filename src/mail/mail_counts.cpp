#include "mail/mail_counts.hpp"

namespace gatehouse::mail {

std::string_view to_text(Step step) {
  switch (step) {
    case Step::queued:
      return "queued";
    case Step::sent:
      return "sent";
    case Step::deferred:
      return "deferred";
    case Step::failed:
      return "failed";
    case Step::expired:
      return "expired";
  }
  return "";
}

}  // namespace gatehouse::mail
