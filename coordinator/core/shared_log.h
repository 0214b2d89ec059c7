// The last so many things that happened, oldest first. Copies share all but the newest few, so that a copy is cheap; what is shared
// never changes, so copies may live on different threads.
#pragma once

#include <cstddef>
#include <memory>
#include <utility>
#include <vector>

namespace baton::core {

template <class T>
class SharedLog {
 public:
  // Forgets the oldest when more than `keep` newer ones are there; some are kept longer. `keep` must be the same in every call.
  void push(T entry, size_t keep) {
    newest_.push_back(std::move(entry));
    if (newest_.size() < kBlockEntries) return;
    blocks_.push_back(std::make_shared<const std::vector<T>>(std::move(newest_)));
    newest_.clear();
    if ((blocks_.size() - 1) * kBlockEntries >= keep) blocks_.erase(blocks_.begin());
  }

  size_t size() const { return blocks_.size() * kBlockEntries + newest_.size(); }

  // The newest entry that `matches`; null when there is none. Valid until the next push.
  template <class Matches>
  const T* find_newest(Matches matches) const {
    for (size_t i = newest_.size(); i > 0; --i) {
      if (matches(newest_[i - 1])) return &newest_[i - 1];
    }
    for (size_t block = blocks_.size(); block > 0; --block) {
      const std::vector<T>& entries = *blocks_[block - 1];
      for (size_t i = entries.size(); i > 0; --i) {
        if (matches(entries[i - 1])) return &entries[i - 1];
      }
    }
    return nullptr;
  }

  // Oldest first.
  template <class Visit>
  void for_each(Visit visit) const {
    for (const auto& block : blocks_) {
      for (const T& entry : *block) visit(entry);
    }
    for (const T& entry : newest_) visit(entry);
  }

 private:
  static constexpr size_t kBlockEntries = 64;

  std::vector<std::shared_ptr<const std::vector<T>>> blocks_;  // full ones, oldest first
  std::vector<T> newest_;                                      // fewer than kBlockEntries
};

}  // namespace baton::core
