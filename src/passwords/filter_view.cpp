#include "passwords/filter_view.hpp"

#include <bit>

namespace gatehouse::passwords {
namespace {

bool is_possible(const FuseShape& shape) {
  if (shape.segment_count == 0) return shape.segment_length == 0;
  return std::has_single_bit(shape.segment_length) && shape.segment_length <= FuseShape::segment_length_max &&
         shape.size() <= FuseShape::size_max;
}

unsigned fingerprint_at(std::span<const std::byte> fingerprints, std::size_t place) {
  const std::size_t at = place * sizeof(Fingerprint);
  return std::to_integer<unsigned>(fingerprints[at]) | std::to_integer<unsigned>(fingerprints[at + 1]) << 8U;
}

}  // namespace

std::string_view to_text(FilterFault fault) {
  switch (fault) {
    case FilterFault::too_short:
      return "is too short for a breach filter";
    case FilterFault::not_a_filter:
      return "is not a breach filter of this version (GHPWF1)";
    case FilterFault::other_length:
      return "does not have the length that its header says: it was cut short, or is still being copied";
    case FilterFault::bad_directory:
      return "has a damaged directory";
  }
  return "is not a breach filter";
}

std::expected<FilterView, FilterFault> FilterView::read(std::span<const std::byte> file) {
  if (file.size() < filter_header_bytes) return std::unexpected(FilterFault::too_short);
  const auto header = parse_header(file.first<filter_header_bytes>());
  if (!header) return std::unexpected(FilterFault::not_a_filter);
  if (header->file_bytes != file.size()) return std::unexpected(FilterFault::other_length);
  if (file.size() - filter_header_bytes < header->directory_bytes()) return std::unexpected(FilterFault::too_short);
  const FilterView view{file, *header};
  if (!view.has_good_directory()) return std::unexpected(FilterFault::bad_directory);
  return view;
}

FilterPartition FilterView::partition(std::size_t number) const {
  const auto entry = file_.subspan(filter_header_bytes + number * filter_entry_bytes);
  return parse_partition(entry.first<filter_entry_bytes>());
}

/// Each partition begins where the one before ends, and the last one ends the file.
bool FilterView::has_good_directory() const {
  std::uint64_t end = filter_header_bytes + header_.directory_bytes();
  for (std::size_t number = 0; number < header_.partitions(); ++number) {
    const FilterPartition one = partition(number);
    if (one.offset != end || !is_possible(one.shape)) return false;
    const std::uint64_t bytes = std::uint64_t{one.shape.size()} * sizeof(Fingerprint);
    if (bytes > file_.size() - end) return false;
    end += bytes;
  }
  return end == file_.size();
}

bool FilterView::contains(std::uint64_t key) const {
  const FilterPartition one = partition(partition_of(key, header_.partition_bits));
  if (one.shape.segment_count == 0) return false;
  const auto fingerprints = file_.subspan(one.offset, one.shape.size() * sizeof(Fingerprint));
  const FuseProbe probe = probe_of(key, one.shape);
  unsigned combined = 0;
  for (const std::uint32_t place : probe.places) combined ^= fingerprint_at(fingerprints, place);
  return combined == probe.fingerprint;
}

}  // namespace gatehouse::passwords
