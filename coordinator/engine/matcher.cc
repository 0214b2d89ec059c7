#include "coordinator/engine/matcher.h"

#include <algorithm>

#include "coordinator/core/fault.h"

namespace baton::engine {
namespace {
// More than these wait in the store only, and are read when their turn comes.
constexpr size_t kMaxWaitingPerList = 100'000;
constexpr int64_t kFullRetryMs = 1'000;
}  // namespace

Matcher::List& Matcher::list_of(const ListKey& key) { return lists_[key]; }

absl::StatusOr<std::shared_ptr<TaskPoller>> Matcher::add(PollerSpec spec, std::shared_ptr<PollerSink> sink,
                                                         size_t max_pollers_per_list) {
  const std::lock_guard lock(mutex_);
  if (pollers_.size() >= max_pollers_) {
    return core::with_retry_after(
        core::fault(v1::LIMIT_EXCEEDED, "pollers", "this coordinator has " + std::to_string(max_pollers_) + " pollers already: try later"),
        kFullRetryMs);
  }
  List& list = list_of({spec.kind, spec.domain, spec.task_list});
  if (list.pollers >= max_pollers_per_list) {
    return core::with_retry_after(core::fault(v1::LIMIT_EXCEEDED, "task list " + spec.task_list,
                                              "task list " + spec.task_list + " has " + std::to_string(max_pollers_per_list) +
                                                  " pollers already: give fewer pollers more slots"),
                                  kFullRetryMs);
  }
  ++list.pollers;
  auto poller = std::make_shared<TaskPoller>(next_id_++, std::move(spec), std::move(sink));
  pollers_[poller->id()] = poller;
  poller->free_slots_ = poller->spec().slots;
  return poller;
}

void Matcher::open(const std::shared_ptr<TaskPoller>& poller, int64_t now_ms) {
  std::vector<Match> matches;
  {
    const std::lock_guard lock(mutex_);
    if (poller->open_ || !pollers_.contains(poller->id())) return;
    poller->open_ = true;
    List& list = list_of(poller->list());
    enlist(list, poller);
    match(list, now_ms, matches);
  }
  dispatch(matches);
}

std::shared_ptr<TaskPoller> Matcher::find(PollerId id) const {
  const std::lock_guard lock(mutex_);
  const auto found = pollers_.find(id);
  return found == pollers_.end() ? nullptr : found->second;
}

void Matcher::drain(TaskPoller& poller, std::function<void()> when_idle) {
  {
    const std::lock_guard lock(mutex_);
    if (poller.removed_) return;
    if (poller.open_) {
      poller.open_ = false;
      unlist(poller);
    }
    if (poller.free_slots_ < poller.spec().slots) {
      if (when_idle) poller.when_idle_ = std::move(when_idle);
      return;
    }
  }
  if (when_idle) when_idle();
}

void Matcher::silence(TaskPoller& poller) {
  const std::lock_guard lock(mutex_);
  if (poller.silent_ || poller.removed_) return;
  poller.silent_ = true;
  unlist(poller);
}

void Matcher::heard(const std::shared_ptr<TaskPoller>& poller, int64_t now_ms) {
  if (!poller->silent()) return;
  std::vector<Match> matches;
  {
    const std::lock_guard lock(mutex_);
    if (!poller->silent_ || poller->removed_) return;
    poller->silent_ = false;
    if (!poller->open_) return;
    List& list = list_of(poller->list());
    enlist(list, poller);
    match(list, now_ms, matches);
  }
  dispatch(matches);
}

void Matcher::enlist(List& list, const std::shared_ptr<TaskPoller>& poller) {
  if (!poller->spec().instance_id.empty()) list.instances[poller->spec().instance_id].push_back(poller);
  make_ready(list, poller);
}

void Matcher::unlist(TaskPoller& poller) {
  List& list = list_of(poller.list());
  std::erase_if(list.ready, [&](const auto& other) { return other.get() == &poller; });
  poller.listed_ = false;
  const auto instance = list.instances.find(poller.spec().instance_id);
  if (instance == list.instances.end()) return;
  std::erase_if(instance->second, [&](const auto& other) { return other.get() == &poller; });
  if (instance->second.empty()) list.instances.erase(instance);
}

std::shared_ptr<TaskPoller> Matcher::remove(PollerId id) {
  const auto poller = find(id);
  if (poller == nullptr) return nullptr;
  drain(*poller);
  const std::lock_guard lock(mutex_);
  if (pollers_.erase(id) == 0) return nullptr;  // another call was first
  poller->removed_ = true;
  poller->when_idle_ = nullptr;
  const auto list = lists_.find(poller->list());
  if (list != lists_.end()) {
    --list->second.pollers;
    drop_if_unused(list);
  }
  return poller;
}

// What waits stays: clients with one unary poll after another are away between any two, and a task must not wait for the backlog's next
// reading because of that.
void Matcher::drop_if_unused(std::map<ListKey, List>::iterator list) {
  if (list->second.pollers == 0 && list->second.waiting.empty()) lists_.erase(list);
}

void Matcher::make_ready(List& list, const std::shared_ptr<TaskPoller>& poller) {
  if (!poller->open_ || poller->silent_ || poller->listed_ || poller->free_slots_ <= 0) return;
  poller->listed_ = true;
  list.ready.push_back(poller);
}

// The poller that waited longest; it goes to the end of the queue while it has more slots.
std::shared_ptr<TaskPoller> Matcher::take_slot(List& list) {
  while (!list.ready.empty()) {
    auto poller = list.ready.front();
    list.ready.pop_front();
    poller->listed_ = false;
    if (poller->free_slots_ <= 0) continue;
    --poller->free_slots_;
    make_ready(list, poller);
    return poller;
  }
  return nullptr;
}

std::shared_ptr<TaskPoller> Matcher::slot_of_instance(List& list, const std::string& instance, bool& present) {
  const auto found = list.instances.find(instance);
  present = found != list.instances.end();
  if (!present) return nullptr;
  for (const auto& poller : found->second) {
    if (poller->free_slots_ <= 0) continue;
    --poller->free_slots_;
    return poller;
  }
  return nullptr;
}

std::shared_ptr<TaskPoller> Matcher::reserve(const ListKey& key, const std::string& preferred_instance) {
  const std::lock_guard lock(mutex_);
  const auto found = lists_.find(key);
  if (found == lists_.end()) return nullptr;
  List& list = found->second;
  if (!preferred_instance.empty()) {
    bool present = false;
    if (auto poller = slot_of_instance(list, preferred_instance, present)) return poller;
    if (present) return nullptr;
  }
  // Free slots and waiting tasks exist together only for a moment, or while tasks wait for an instance: those do not stand in the way.
  if (list.waiting.size() > list.sticky) return nullptr;
  return take_slot(list);
}

void Matcher::release(const std::shared_ptr<TaskPoller>& poller, int64_t now_ms) {
  std::vector<Match> matches;
  std::function<void()> when_idle;
  {
    const std::lock_guard lock(mutex_);
    ++poller->free_slots_;
    if (poller->open_) {
      List& list = list_of(poller->list());
      make_ready(list, poller);
      match(list, now_ms, matches);
    } else if (poller->free_slots_ >= poller->spec().slots) {
      when_idle.swap(poller->when_idle_);
    }
  }
  dispatch(matches);
  if (when_idle) when_idle();
}

bool Matcher::take_slot_of(TaskPoller& poller) {
  const std::lock_guard lock(mutex_);
  if (!poller.open_ || poller.silent_ || poller.free_slots_ <= 0) return false;
  --poller.free_slots_;
  return true;
}

void Matcher::occupy(TaskPoller& poller) {
  const std::lock_guard lock(mutex_);
  --poller.free_slots_;
}

void Matcher::wait(const ListKey& key, WaitingOffer offer, int64_t now_ms) {
  std::vector<Match> matches;
  {
    const std::lock_guard lock(mutex_);
    List& list = list_of(key);
    if (list.by_key.contains(offer.key)) return;
    if (list.waiting.size() >= kMaxWaitingPerList) {
      // The last in the order of handing out waits in the store only.
      const auto last = std::prev(list.waiting.end());
      if (!Order()(offer, *last)) return;
      take_out(list, last);
    }
    if (!offer.preferred_instance.empty()) ++list.sticky;
    const auto [place, added] = list.waiting.insert(std::move(offer));
    list.by_key[place->key] = place;
    match(list, now_ms, matches);
  }
  dispatch(matches);
}

void Matcher::forget(const ListKey& key, const store::BacklogKey& task) {
  const std::lock_guard lock(mutex_);
  const auto found = lists_.find(key);
  if (found == lists_.end()) return;
  const auto place = found->second.by_key.find(task);
  if (place == found->second.by_key.end()) return;
  take_out(found->second, place->second);
  drop_if_unused(found);
}

Matcher::Waiting::iterator Matcher::take_out(List& list, Waiting::iterator place) {
  if (!place->preferred_instance.empty()) --list.sticky;
  list.by_key.erase(place->key);
  return list.waiting.erase(place);
}

void Matcher::match(List& list, int64_t now_ms, std::vector<Match>& matches) {
  for (auto at = list.waiting.begin(); at != list.waiting.end();) {
    // Whoever has a free slot is in the queue; without one there is nothing to look for.
    while (!list.ready.empty() && list.ready.front()->free_slots_ <= 0) {
      list.ready.front()->listed_ = false;
      list.ready.pop_front();
    }
    if (list.ready.empty()) break;
    std::shared_ptr<TaskPoller> poller;
    bool present = false;
    const bool sticky = !at->preferred_instance.empty();
    if (sticky) poller = slot_of_instance(list, at->preferred_instance, present);
    if (poller == nullptr && (!sticky || !present || at->preferred_until_ms <= now_ms)) {
      poller = take_slot(list);
    }
    if (poller == nullptr) {
      ++at;
      continue;
    }
    matches.emplace_back(*at, std::move(poller));
    at = take_out(list, at);
  }
}

void Matcher::dispatch(const std::vector<Match>& matches) {
  for (const auto& [offer, poller] : matches) dispatch_(offer, poller);
}

int64_t Matcher::expire_preferences(int64_t now_ms) {
  std::vector<Match> matches;
  int64_t next_ms = 0;
  {
    const std::lock_guard lock(mutex_);
    for (auto& [key, list] : lists_) {
      if (list.sticky == 0) continue;
      match(list, now_ms, matches);
      for (const WaitingOffer& offer : list.waiting) {
        if (offer.preferred_instance.empty() || offer.preferred_until_ms <= now_ms) continue;
        next_ms = next_ms == 0 ? offer.preferred_until_ms : std::min(next_ms, offer.preferred_until_ms);
      }
    }
  }
  dispatch(matches);
  return next_ms;
}

std::vector<ListKey> Matcher::polled_lists() const {
  const std::lock_guard lock(mutex_);
  std::vector<ListKey> polled;
  for (const auto& [key, list] : lists_) {
    if (list.pollers > 0) polled.push_back(key);
  }
  return polled;
}

std::vector<std::shared_ptr<TaskPoller>> Matcher::pollers() const {
  const std::lock_guard lock(mutex_);
  std::vector<std::shared_ptr<TaskPoller>> all;
  all.reserve(pollers_.size());
  for (const auto& [id, poller] : pollers_) all.push_back(poller);
  return all;
}

}  // namespace baton::engine
