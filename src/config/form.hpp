#pragma once

#include <functional>
#include <string_view>
#include <vector>

#include "config/assign.hpp"
#include "config/catalog.hpp"
#include "config/setting.hpp"

namespace gatehouse::config {

/// A setting, and the place in some feature's struct that its text is read into.
struct FormEntry {
  const Setting* setting;
  std::function<Parsed<void>(std::string_view text)> read;
  std::vector<SecretString>* keys = nullptr;  ///< for Secrecy::key; null for all others
  std::function<bool()> is_needed = {};       ///< for Secrecy::key: whether a missing key matters
};

/// The settings structs of all features as one form to be filled in: the settings' names, how they are read and which
/// rules they must obey. It knows no feature. Not copyable, because it refers to the structs it was made for.
class Form {
 public:
  /// `environment` is itself one of the values that are read. It and every struct that is added outlive the form.
  explicit Form(const Environment& environment) : environment_(environment) {}
  Form(const Form&) = delete;
  Form& operator=(const Form&) = delete;

  template <class Settings>
  void add(Settings& settings, const Section<Settings>& section);

  [[nodiscard]] Environment environment() const { return environment_; }
  /// Group by group, in the order in which each group's first setting was added; within a group in the order of adding.
  /// A setting that `follows` another comes directly after that one if the form has it, otherwise at the end of its
  /// group.
  [[nodiscard]] std::vector<FormEntry> entries() const;
  [[nodiscard]] Catalog catalog() const;
  [[nodiscard]] std::vector<Supplied> supplied() const;
  void check(Checks& checks) const;

 private:
  const Environment& environment_;
  std::vector<FormEntry> added_;  ///< in the order of adding
  std::vector<std::function<void(Checks&)>> rules_;
  std::vector<std::function<std::vector<Supplied>()>> suppliers_;
};

/// A table's row as an entry that reads into these settings, which outlive it.
template <class Settings>
FormEntry entry_for(Settings& settings, const SettingOf<Settings>& row) {
  if (row.keys == nullptr) {
    return {.setting = &row, .read = [&](std::string_view text) { return row.read(settings, text); }};
  }
  std::vector<SecretString>& keys = settings.*row.keys;
  return {.setting = &row,
          .read = [&keys](std::string_view text) { return assign_secrets(text, keys); },
          .keys = &keys,
          .is_needed = [&] { return row.is_needed == nullptr || row.is_needed(settings); }};
}

template <class Settings>
void Form::add(Settings& settings, const Section<Settings>& section) {
  for (const SettingOf<Settings>& row : section.rows) added_.push_back(entry_for(settings, row));
  if (section.check != nullptr) {
    rules_.emplace_back([&settings, check = section.check](Checks& checks) { check(settings, checks); });
  }
  if (section.supplied != nullptr) {
    suppliers_.emplace_back([&settings, supplied = section.supplied] { return supplied(settings); });
  }
}

}  // namespace gatehouse::config
