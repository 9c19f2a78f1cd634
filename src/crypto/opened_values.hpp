#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <memory>
#include <new>
#include <string_view>
#include <type_traits>

#include "base/secret_string.hpp"
#include "crypto/keyed_hash.hpp"
#include "crypto/random.hpp"

namespace gatehouse::crypto {

/// Remembers what authenticated texts said, so that a text that arrives again need not be opened or verified again.
///
/// Only texts that were found authentic are stored, and only the very same text finds its value: the whole text is
/// compared, in time that depends on its length alone. A place is found by the keyed hash of the text's end, which
/// nobody can choose in a sealed value or a signed token, so a client cannot aim at another one's place. Each place
/// holds one text; a newer one replaces it.
///
/// Memory is bounded: `places` times the size of a place, in zero pages until a place is used. One thread. What is
/// remembered is as secret as what was opened; the destructor wipes it. Call forget() when a key ceases to be valid.
template <class Value, std::size_t text_bytes_max>
  requires std::is_trivially_copyable_v<Value>
class OpenedValues {
 public:
  static constexpr std::size_t places = 1024;

  explicit OpenedValues(Random& random) : hash_(random), places_(new_places()) {}
  ~OpenedValues() { forget(); }
  OpenedValues(const OpenedValues&) = delete;
  OpenedValues& operator=(const OpenedValues&) = delete;

  /// Null if the text is not remembered. Valid until the next remember().
  [[nodiscard]] const Value* find(std::string_view text) const noexcept {
    const Place& place = place_of(text);
    const bool same = equal_in_constant_time({place.text.data(), place.length}, text) && !text.empty();
    return same ? &place.value : nullptr;
  }

  /// Forgets everything, and wipes it.
  void forget() noexcept {
    for (std::size_t i = 0; i < places; ++i) {
      if (places_[i].length != 0) wipe_memory(&places_[i], sizeof(Place));
    }
  }

  /// A text longer than text_bytes_max is not kept.
  void remember(std::string_view text, const Value& value) noexcept {
    if (text.empty() || text.size() > text_bytes_max) return;
    Place& place = place_of(text);
    text.copy(place.text.data(), text.size());
    place.length = static_cast<std::uint32_t>(text.size());
    place.value = value;
  }

 private:
  struct Place {
    std::uint32_t length;
    std::array<char, text_bytes_max> text;
    Value value;
  };
  struct Release {
    void operator()(Place* memory) const noexcept {
      std::free(memory);  // NOLINT(cppcoreguidelines-no-malloc): of calloc
    }
  };
  using Places = std::unique_ptr<Place[], Release>;

  /// calloc(3) gets memory of this size from the kernel, which provides its pages only once they are written to.
  static Places new_places() {
    // NOLINTNEXTLINE(cppcoreguidelines-no-malloc): operator new would touch every page
    Places fresh{static_cast<Place*>(std::calloc(places, sizeof(Place)))};
    if (!fresh) throw std::bad_alloc{};
    return fresh;
  }

  [[nodiscard]] Place& place_of(std::string_view text) const noexcept {
    constexpr std::size_t end_bytes = 16;
    const std::string_view end = text.substr(text.size() < end_bytes ? 0 : text.size() - end_bytes);
    return places_[hash_(end) % places];
  }

  const KeyedHash hash_;
  const Places places_;
};

}  // namespace gatehouse::crypto
