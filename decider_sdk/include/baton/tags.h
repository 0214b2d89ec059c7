// The tags of an execution among its options.
#pragma once

#include <array>
#include <concepts>
#include <cstddef>
#include <span>
#include <stdexcept>
#include <string>
#include <string_view>
#include <type_traits>
#include <vector>

namespace baton {

// At most 5, each of at most 256 characters: `{"eu", "large"}`, or a vector of strings. Views: what
// they are made of must live until the options were used.
class Tags {
 public:
  static constexpr size_t kMost = 5;

  constexpr Tags() = default;
  template <std::convertible_to<std::string_view>... Texts>
    requires(sizeof...(Texts) > 0 && sizeof...(Texts) <= kMost)
  constexpr Tags(const Texts&... texts)  // NOLINT: implicit on purpose
      : texts_{std::string_view(texts)...}, size_(sizeof...(Texts)) {}
  // More than 5: std::length_error.
  Tags(const std::vector<std::string>& texts)  // NOLINT: implicit on purpose
      : size_(texts.size()) {
    if (size_ > kMost) throw std::length_error("an execution has at most 5 tags");
    for (size_t i = 0; i < size_; ++i) texts_[i] = texts[i];
  }

  constexpr auto begin() const { return texts_.begin(); }
  constexpr auto end() const { return texts_.begin() + size_; }

 private:
  std::array<std::string_view, kMost> texts_{};
  size_t size_ = 0;
};
static_assert(std::is_trivially_destructible_v<Tags>);

}  // namespace baton
