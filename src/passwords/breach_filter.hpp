#pragma once

#include <cstddef>
#include <expected>
#include <memory>
#include <span>
#include <string>
#include <string_view>

#include "passwords/filter_view.hpp"

namespace gatehouse::passwords {

/// The operator's file of passwords that were stolen somewhere (PASSWORD_BREACH_FILTER, filter_format.hpp), mapped
/// read-only: the kernel keeps the pages that are asked for, and gives them up where memory is short. A lookup reads
/// four pages, from the disk where they are not in memory. Any thread.
///
/// The file must not be changed in place while it is mapped. build_filter() and mv replace it, which leaves the mapped
/// one as it is until nobody uses it.
class BreachFilter {
 public:
  /// Looks at length, header and directory. The error is for an operator and begins behind the file's name:
  /// `cannot be opened: …`, `has a damaged directory`.
  [[nodiscard]] static std::expected<std::shared_ptr<const BreachFilter>, std::string> open(const std::string& path);

  /// Whether the password, in composed form, is in it. One in 65,536 passwords that are not seems to be.
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

/// Compares the whole file with its SHA-256, on top of what BreachFilter::open() looks at: what is wrong with it, or
/// nothing. Reads all of it, in little memory.
[[nodiscard]] std::expected<FilterHeader, std::string> check_filter(const std::string& path);

}  // namespace gatehouse::passwords
