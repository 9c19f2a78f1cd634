#pragma once

#include <gtest/gtest.h>

#include <algorithm>
#include <string>
#include <string_view>

#include "service/settings.hpp"

namespace gatehouse::service {

using config::Mistake;
using config::Mistakes;
using config::Sources;

/// Bytes that count up, so that two generated secrets differ and a test knows them.
class CountingRandom final : public crypto::Random {
 public:
  void fill(std::span<std::byte> out) noexcept override {
    for (std::byte& byte : out) byte = std::byte{next_++};
  }

 private:
  unsigned char next_ = 0;
};

inline constexpr std::string_view good_api_key = "k3Jx8Qm1Zt6Yw0Rb5Np9Vd2Hs7Lf4CgA";
inline constexpr std::string_view good_session_secret = "s8Pq2Wn6Ez1Uk5Tj9Bx3Gm7Ry4Dv0HcF";
inline constexpr std::string_view good_jwt_secret = "j1Lr7Xc3Vo9Mb5Sg0Qd8Ki2Af6Zu4YeN";

/// The settings of a sound production deployment, which each test varies.
inline Sources production_sources() {
  Sources sources;
  sources.environment = {{"APP_ENV", "production"},
                         {"API_KEY", std::string{good_api_key}},
                         {"SESSION_SECRET", std::string{good_session_secret}},
                         {"JWT_SECRET", std::string{good_jwt_secret}},
                         {"TRUSTED_PROXIES", "10.0.0.7"}};
  return sources;
}

inline std::expected<Loaded, Mistakes> load(const Sources& sources) {
  CountingRandom random;
  return load_settings(sources, random);
}

/// The settings if they load; otherwise the test fails and goes on with defaults.
inline Loaded load_well(const Sources& sources) {
  auto loaded = load(sources);
  if (loaded) return std::move(*loaded);
  for (const Mistake& mistake : loaded.error()) ADD_FAILURE() << to_text(mistake);
  return {};
}

/// The mistakes as one text, a line each; empty if the settings load.
inline std::string all_of(const Mistakes& mistakes) {
  std::string text;
  for (const Mistake& mistake : mistakes) text += to_text(mistake) + "\n";
  return text;
}
inline std::string mistakes_of(const Sources& sources) {
  const auto loaded = load(sources);
  return loaded ? std::string{} : all_of(loaded.error());
}
inline std::string warnings_of(const Sources& sources) { return all_of(load_well(sources).reading.warnings); }

}  // namespace gatehouse::service
