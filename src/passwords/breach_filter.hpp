#pragma once

#include <cstddef>
#include <expected>
#include <memory>
#include <span>
#include <string>
#include <string_view>

#include "passwords/filter_view.hpp"

namespace gatehouse::passwords {

/// The operator's file of breached passwords (PASSWORD_BREACH_FILTER, filter_format.hpp), mapped read-only: the kernel
/// keeps the pages that are used, and drops them when memory is short. A lookup reads four pages, from disk if they are
/// not in memory. Any thread.
///
/// The file must not be changed in place while it is mapped. build_filter() and mv replace it instead: the mapped file
/// then stays as it is until nobody uses it.
class BreachFilter {
 public:
  /// Checks length, header and directory. The error is for an operator and is written after the file's name:
  /// `cannot be opened: …`, `has a damaged directory`.
  [[nodiscard]] static std::expected<std::shared_ptr<const BreachFilter>, std::string> open(const std::string& path);

  /// Whether the password, in composed form, is in the filter. One in 65,536 absent passwords is reported as present.
  [[nodiscard]] bool contains(std::string_view composed_password) const;

  [[nodiscard]] const FilterHeader& header() const { return view_.header(); }

 private:
  struct Unmap {
    std::size_t bytes;
    void operator()(const std::byte* memory) const;
  };
  using Mapping = std::unique_ptr<const std::byte, Unmap>;

  BreachFilter(Mapping mapping, const FilterView& view) : mapping_(std::move(mapping)), view_(view) {}
  [[nodiscard]] static std::expected<Mapping, std::string> map(const std::string& path);

  Mapping mapping_;
  FilterView view_;
};

/// Checks what BreachFilter::open() checks, and the SHA-256 of the whole file; the error says what is wrong. Reads the
/// whole file, using little memory.
[[nodiscard]] std::expected<FilterHeader, std::string> check_filter(const std::string& path);

}  // namespace gatehouse::passwords
