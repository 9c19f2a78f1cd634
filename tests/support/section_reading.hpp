#pragma once

#include <gtest/gtest.h>

#include <map>
#include <string>

#include "config/form.hpp"
#include "config/reading.hpp"
#include "crypto/random.hpp"

namespace gatehouse::testing {

/// The mistakes as one text, a line each.
inline std::string text_of(const config::Mistakes& mistakes) {
  std::string text;
  for (const config::Mistake& mistake : mistakes) text += to_text(mistake) + "\n";
  return text;
}

/// The settings of one feature, read without all others.
template <class Settings>
struct SectionReading {
  Settings settings;
  config::Reading reading;

  [[nodiscard]] std::string mistakes() const { return text_of(reading.mistakes); }
  [[nodiscard]] std::string warnings() const { return text_of(reading.warnings); }
};

using Variables = std::map<std::string, std::string, std::less<>>;

template <class Settings>
SectionReading<Settings> read_section(const config::Section<Settings>& section, const Variables& environment,
                                      config::Environment kind = config::Environment::development) {
  SectionReading<Settings> read;
  config::Form form{kind};
  form.add(read.settings, section);
  crypto::SystemRandom random;
  read.reading = config::read_into(form, {.environment = environment, .dotenv = {}}, random);
  return read;
}

}  // namespace gatehouse::testing
