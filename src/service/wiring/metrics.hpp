#pragma once

#include <vector>

#include "database/provider.hpp"
#include "service/process_figures.hpp"
#include "service/wiring/shared_parts.hpp"

namespace gatehouse::service {

/// Everything that a scrape of a serving process gets, in order. Both outlive the sources.
[[nodiscard]] std::vector<metrics::Source> make_metrics(SharedParts& shared, const database::Provider& provider,
                                                        const Build& build);

}  // namespace gatehouse::service
