#include "passwords/format_times.hpp"

#include <algorithm>
#include <vector>

namespace gatehouse::passwords {
namespace {

constexpr std::string_view express_key = "express";

/// Equal for formats that cost the same.
std::string key_of(const PhcFormat& format) {
  return to_text(Phc{.format = cost_of(format), .salt = {}, .digest = {}});
}

std::string key_of(const StoredHash& hash) {
  const Phc* const phc = std::get_if<Phc>(&hash);
  return phc == nullptr ? std::string{express_key} : key_of(phc->format);
}

FormatTimes::Duration p95_of(std::vector<FormatTimes::Duration> durations) {
  const std::size_t place = (durations.size() * 95 - 1) / 100;
  const auto at = durations.begin() + static_cast<std::ptrdiff_t>(place);
  std::ranges::nth_element(durations, at);
  return *at;
}

}  // namespace

void FormatTimes::add(const StoredHash& checked, Duration duration) {
  const std::scoped_lock lock(mutex_);
  const std::string key = key_of(checked);
  if (samples_.size() >= formats_max && !samples_.contains(key)) return;
  Samples& samples = samples_[key];
  samples.durations.at(samples.count++ % samples_max) = duration;
  const auto* const begin = samples.durations.begin();
  samples.p95 = p95_of({begin, begin + std::min(samples.count, samples_max)});
}

/// Null if the format was not measured often enough.
const FormatTimes::Samples* FormatTimes::find_locked(const std::string& key) const {
  const auto found = samples_.find(key);
  return found == samples_.end() || found->second.count < samples_min ? nullptr : &found->second;
}

FormatTimes::Knowledge FormatTimes::of(const FormatsInUse& formats) const {
  Knowledge known{.unmeasured = {.current = formats.current, .retired = {}, .answers_wait = true}};
  const std::scoped_lock lock(mutex_);
  const auto is_measured = [&](const std::string& key) {
    const Samples* const samples = find_locked(key);
    if (samples != nullptr) known.slowest = std::max(known.slowest, samples->p95);
    return samples != nullptr;
  };
  (void)is_measured(key_of(formats.current));
  for (const PhcFormat& format : formats.retired) {
    if (!is_measured(key_of(format))) known.unmeasured.retired.push_back(format);
  }
  known.unmeasured.express = formats.express && !is_measured(std::string{express_key});
  return known;
}

}  // namespace gatehouse::passwords
