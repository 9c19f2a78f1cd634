#pragma once

#include "config/form.hpp"
#include "config/mistake.hpp"

namespace gatehouse::config {

/// The keys (Secrecy::key) of a form that are missing, short, examples, predictable or used twice: mistakes in
/// production, warnings elsewhere. One rule for the keys of all features, because no key may serve two of them.
[[nodiscard]] Mistakes check_keys(const Form& form);

}  // namespace gatehouse::config
