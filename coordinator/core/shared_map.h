// An ordered map whose copies share what they hold: copying one of a thousand entries costs some forty reference counts, a change copies
// one chunk of pointers and one entry. What is shared never changes, so copies may live on different threads.
#pragma once

#include <algorithm>
#include <cstddef>
#include <iterator>
#include <memory>
#include <utility>
#include <vector>

namespace baton::core {

template <class Key, class Value>
class SharedMap {
 public:
  using Item = std::pair<const Key, Value>;

 private:
  using Chunk = std::vector<std::shared_ptr<const Item>>;  // ascending, 1 to kChunkItems

 public:
  // Invalid after any change of the map.
  class Iterator {
   public:
    using iterator_category = std::forward_iterator_tag;
    using value_type = Item;
    using difference_type = std::ptrdiff_t;
    using pointer = const Item*;
    using reference = const Item&;

    reference operator*() const { return *(*map_->chunks_[chunk_])[at_]; }
    pointer operator->() const { return &**this; }
    Iterator& operator++() {
      if (++at_ == map_->chunks_[chunk_]->size()) {
        ++chunk_;
        at_ = 0;
      }
      return *this;
    }
    friend bool operator==(const Iterator&, const Iterator&) = default;

   private:
    friend class SharedMap;
    Iterator(const SharedMap* map, size_t chunk, size_t at) : map_(map), chunk_(chunk), at_(at) {}
    const SharedMap* map_;
    size_t chunk_;
    size_t at_;
  };

  size_t size() const { return size_; }
  bool empty() const { return size_ == 0; }
  Iterator begin() const { return Iterator(this, 0, 0); }
  Iterator end() const { return Iterator(this, chunks_.size(), 0); }

  Iterator find(const Key& key) const {
    const size_t chunk = chunk_of(key);
    if (chunk == chunks_.size()) return end();
    const size_t at = place_in(*chunks_[chunk], key);
    return (*chunks_[chunk])[at]->first == key ? Iterator(this, chunk, at) : end();
  }
  bool contains(const Key& key) const { return find(key) != end(); }
  // Null when there is none; valid until the entry changes here.
  const Value* get(const Key& key) const {
    const Iterator found = find(key);
    return found == end() ? nullptr : &found->second;
  }

  // Adds an entry, or replaces the one with this key.
  void put(Key key, Value value) {
    auto item = std::make_shared<const Item>(std::move(key), std::move(value));
    const size_t chunk = chunk_of(item->first);
    if (chunk == chunks_.size()) return append(std::move(item));
    Chunk changed = *chunks_[chunk];
    const size_t at = place_in(changed, item->first);
    if (changed[at]->first == item->first) {
      changed[at] = std::move(item);
    } else {
      changed.insert(changed.begin() + at, std::move(item));
      ++size_;
    }
    if (changed.size() > kChunkItems) {
      const auto middle = changed.begin() + changed.size() / 2;
      chunks_.insert(chunks_.begin() + chunk + 1, std::make_shared<const Chunk>(middle, changed.end()));
      changed.erase(middle, changed.end());
    }
    chunks_[chunk] = std::make_shared<const Chunk>(std::move(changed));
  }

  // Whether there was one.
  bool erase(const Key& key) {
    const size_t chunk = chunk_of(key);
    if (chunk == chunks_.size()) return false;
    const size_t at = place_in(*chunks_[chunk], key);
    if ((*chunks_[chunk])[at]->first != key) return false;
    --size_;
    if (chunks_[chunk]->size() == 1) {
      chunks_.erase(chunks_.begin() + chunk);
      return true;
    }
    Chunk changed = *chunks_[chunk];
    changed.erase(changed.begin() + at);
    chunks_[chunk] = std::make_shared<const Chunk>(std::move(changed));
    return true;
  }

  void clear() {
    chunks_.clear();
    size_ = 0;
  }

 private:
  static constexpr size_t kChunkItems = 32;

  // The first chunk whose last key is not below `key`.
  size_t chunk_of(const Key& key) const {
    const auto found = std::lower_bound(chunks_.begin(), chunks_.end(), key,
                                        [](const auto& chunk, const Key& sought) { return chunk->back()->first < sought; });
    return static_cast<size_t>(found - chunks_.begin());
  }
  static size_t place_in(const Chunk& chunk, const Key& key) {
    const auto found =
        std::lower_bound(chunk.begin(), chunk.end(), key, [](const auto& item, const Key& sought) { return item->first < sought; });
    return static_cast<size_t>(found - chunk.begin());
  }

  void append(std::shared_ptr<const Item> item) {
    ++size_;
    if (chunks_.empty() || chunks_.back()->size() == kChunkItems) {
      chunks_.push_back(std::make_shared<const Chunk>(1, std::move(item)));
      return;
    }
    Chunk changed = *chunks_.back();
    changed.push_back(std::move(item));
    chunks_.back() = std::make_shared<const Chunk>(std::move(changed));
  }

  std::vector<std::shared_ptr<const Chunk>> chunks_;
  size_t size_ = 0;
};

}  // namespace baton::core
