#include "passwords/key_sorter.hpp"

#include <algorithm>
#include <span>

namespace gatehouse::passwords {
namespace {

/// 8 KiB for each run, so 8 MiB for all of them.
constexpr std::size_t keys_in_memory = 1024;

}  // namespace

KeySorter::KeySorter(const std::string& path) : file_(BinaryFile::create_beside(path)) {
  file_.unlink();
  added_.reserve(run_keys);
}

bool KeySorter::add(std::uint64_t key) {
  if (keys_ == keys_max) return false;
  added_.push_back(key);
  ++keys_;
  if (added_.size() == run_keys) write_run();
  return true;
}

void KeySorter::write_run() {
  std::ranges::sort(added_);
  const std::uint64_t offset = (keys_ - added_.size()) * sizeof(std::uint64_t);
  file_.write({reinterpret_cast<const char*>(added_.data()), added_.size() * sizeof(std::uint64_t)});
  runs_.push_back({.offset = offset, .left = added_.size(), .keys = {}});
  added_.clear();
}

void KeySorter::finish_adding() {
  if (!added_.empty()) write_run();
  // Gives its memory back, which assigning {} would keep: what takes the keys needs some itself.
  added_ = std::vector<std::uint64_t>{};
  for (std::size_t run = 0; run < runs_.size(); ++run) put_head(run);
}

bool KeySorter::fill(Run& run) const {
  run.keys.resize(std::min<std::uint64_t>(run.left, keys_in_memory));
  run.position = 0;
  const auto bytes = file_.read_at(run.offset, std::as_writable_bytes(std::span{run.keys}));
  run.offset += bytes.size();
  run.left -= run.keys.size();
  return !run.keys.empty();
}

void KeySorter::put_head(std::size_t number) {
  Run& run = runs_[number];
  if (run.position == run.keys.size() && !fill(run)) return;
  heads_.push({run.keys[run.position++], number});
}

std::optional<KeySorter::Counted> KeySorter::next() {
  if (heads_.empty()) return std::nullopt;
  Counted counted{.key = heads_.top().key, .count = 0};
  while (!heads_.empty() && heads_.top().key == counted.key) {
    const std::size_t run = heads_.top().run;
    heads_.pop();
    ++counted.count;
    put_head(run);
  }
  return counted;
}

}  // namespace gatehouse::passwords
