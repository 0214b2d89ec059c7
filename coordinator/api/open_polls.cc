#include "coordinator/api/open_polls.h"

#include <utility>

namespace baton::api {

OpenPolls::Id OpenPolls::add(std::function<void()> stop) {
  Id id = 0;
  {
    const std::lock_guard lock(mutex_);
    id = next_++;
    if (!stopped_) {
      open_.emplace(id, std::move(stop));
      return id;
    }
  }
  stop();
  return id;
}

void OpenPolls::remove(Id id) {
  const std::lock_guard lock(mutex_);
  open_.erase(id);
}

void OpenPolls::stop() {
  absl::flat_hash_map<Id, std::function<void()>> open;
  {
    const std::lock_guard lock(mutex_);
    stopped_ = true;
    open.swap(open_);
  }
  for (const auto& [id, stop] : open) stop();
}

size_t OpenPolls::size() const {
  const std::lock_guard lock(mutex_);
  return open_.size();
}

}  // namespace baton::api
