#include "config/form.hpp"

#include <algorithm>
#include <ranges>
#include <utility>

namespace gatehouse::config {

namespace {

using Entries = std::vector<FormEntry>;

/// entries.end() if there is none.
Entries::iterator find_last(Entries& entries, auto is_it) {
  const auto last = std::ranges::find_if(entries | std::views::reverse, is_it);
  return last == entries.rend() ? entries.end() : std::prev(last.base());
}

void insert(Entries& entries, const FormEntry& entry) {
  const Setting& setting = *entry.setting;
  auto before = find_last(entries, [&](const FormEntry& other) { return other.setting->name == setting.follows; });
  if (before == entries.end()) {
    before = find_last(entries, [&](const FormEntry& other) { return other.setting->group == setting.group; });
  }
  entries.insert(before == entries.end() ? before : std::next(before), entry);
}

}  // namespace

std::vector<FormEntry> Form::entries() const {
  Entries arranged;
  for (const FormEntry& entry : added_) {
    if (entry.setting->follows.empty()) insert(arranged, entry);
  }
  for (const FormEntry& entry : added_) {
    if (!entry.setting->follows.empty()) insert(arranged, entry);
  }
  return arranged;
}

Catalog Form::catalog() const {
  Catalog catalog;
  for (const FormEntry& entry : entries()) catalog.push_back(entry.setting);
  return catalog;
}

std::vector<Supplied> Form::supplied() const {
  std::vector<Supplied> all;
  for (const auto& supply : suppliers_) std::ranges::move(supply(), std::back_inserter(all));
  return all;
}

void Form::check(Checks& checks) const {
  for (const auto& rule : rules_) rule(checks);
}

}  // namespace gatehouse::config
