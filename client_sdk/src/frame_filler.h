// Counts what goes into one client frame: at most 1 MiB and so many items, or one item. Private.
#pragma once

#include <cstddef>
#include <string>
#include <utility>
#include <vector>

namespace baton::detail {

class FrameFiller {
 public:
  // True: an item of so many bytes fits and is counted.
  bool add(size_t bytes) {
    bytes += kItemOverhead;
    if (items_ > 0 && (bytes_ + bytes > kMostBytes || items_ >= kMostItems)) return false;
    added(bytes);
    return true;
  }
  // Counts what goes in whether it fits or not.
  void added(size_t bytes) {
    bytes_ += bytes;
    ++items_;
  }
  bool any() const { return items_ > 0; }

  // Takes from the front while `use` says true; false: some are left.
  template <class Item, class Use>
  bool each(std::vector<Item>& items, Use use) {
    size_t count = 0;
    while (count < items.size() && use(items[count])) ++count;
    items.erase(items.begin(), items.begin() + static_cast<std::ptrdiff_t>(count));
    return items.empty();
  }
  // Moves what fits; false: some are left.
  template <class Field>
  bool move(std::vector<std::string>& tokens, Field& field) {
    return each(tokens, [&](std::string& token) {
      if (!add(token.size())) return false;
      *field.Add() = std::move(token);
      return true;
    });
  }

 private:
  // Below the 1 MiB of a frame, with room for the framing of each item.
  static constexpr size_t kMostBytes = 960 * 1024;
  static constexpr size_t kMostItems = 1000;
  static constexpr size_t kItemOverhead = 16;

  size_t bytes_ = 0;
  size_t items_ = 0;
};

}  // namespace baton::detail
