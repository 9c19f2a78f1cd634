#include "passwords/filter_writer.hpp"

#include <algorithm>
#include <span>
#include <utility>

#include "crypto/running_sha256.hpp"

namespace gatehouse::passwords {

// Invariants. The file has space for header and directory, then the first partition_ partitions; directory_ describes
// these, and header_.file_bytes is where the next one begins. keys_ are distinct, sorted, and all in the current one.

FilterWriter::FilterWriter(std::string path, unsigned partition_bits)
    : path_(std::move(path)), file_(BinaryFile::create_beside(path_)) {
  header_.partition_bits = partition_bits;
  header_.file_bytes = filter_header_bytes + header_.directory_bytes();
  file_.write(std::string(header_.file_bytes, '\0'));
  keys_.reserve(FuseBuilder::keys_max);
}

bool FilterWriter::add(std::uint64_t key) {
  if (!keys_.empty() && keys_.back() == key) return true;
  const std::size_t partition = partition_of(key, header_.partition_bits);
  if (partition != partition_ && !write_partitions_before(partition)) return false;
  if (keys_.size() == FuseBuilder::keys_max) return false;
  keys_.push_back(key);
  return true;
}

bool FilterWriter::write_partitions_before(std::size_t partition) {
  while (partition_ < partition) {
    if (!write_partition()) return false;
  }
  return true;
}

bool FilterWriter::write_partition() {
  const auto shape = builder_.build(keys_);
  if (!shape) return false;
  append_partition(directory_, {.offset = header_.file_bytes, .shape = *shape});
  std::string bytes;
  bytes.reserve(shape->size() * sizeof(Fingerprint));
  append_fingerprints(bytes, builder_.fingerprints());
  file_.write(bytes);
  header_.file_bytes += bytes.size();
  header_.keys += keys_.size();
  keys_.clear();
  ++partition_;
  return true;
}

bool FilterWriter::finish() {
  if (!write_partitions_before(header_.partitions())) return false;
  file_.write_at(filter_header_bytes, directory_);
  header_.sha256 = sha256_behind_header(file_);
  std::string header;
  append_header(header, header_);
  file_.write_at(0, header);
  file_.take_name(path_);
  return true;
}

std::array<std::byte, 32> sha256_behind_header(const BinaryFile& file) {
  constexpr std::size_t buffer_bytes = std::size_t{256} << 10U;
  std::vector<std::byte> buffer(buffer_bytes);
  crypto::RunningSha256 hash;
  std::uint64_t offset = filter_header_bytes;
  while (true) {
    const auto bytes = file.read_at(offset, buffer);
    if (bytes.empty()) break;
    hash.add(bytes);
    offset += bytes.size();
  }
  const std::string digest = hash.finish();
  std::array<std::byte, 32> sha256{};
  std::ranges::copy(std::as_bytes(std::span{digest}), sha256.begin());
  return sha256;
}

}  // namespace gatehouse::passwords
