#include "coordinator/store/net_changes.h"

#include <algorithm>
#include <map>
#include <tuple>

#include "absl/strings/str_cat.h"

namespace baton::store {
namespace {

absl::Status close_row(const ExecutionClosed& closed, int16_t& status, int64_t& close_ms) {
  if (status != 0) return absl::InvalidArgumentError(absl::StrCat("run ", closed.run.run_id.to_text(), " closed twice"));
  status = closed.close_status;
  close_ms = closed.close_ms;
  return absl::OkStatus();
}

// Finds the row of a run among new and updated ones; makes an update when it is neither.
class Rows {
 public:
  absl::Status open(const ExecutionOpened& opened) {
    if (!opened_.try_emplace(opened.run, NewExecution{.opened = opened}).second) {
      return absl::InvalidArgumentError(
          absl::StrCat("run ", opened.run.run_id.to_text(), " opened twice"));
    }
    return absl::OkStatus();
  }

  absl::Status close(const ExecutionClosed& closed) {
    if (const auto row = opened_.find(closed.run); row != opened_.end()) {
      row->second.opened.deadline_ms = 0;
      return close_row(closed, row->second.close_status, row->second.close_ms);
    }
    ExecutionUpdate& update = updated(closed.run, closed.domain, closed.workflow_id);
    update.deadline_ms = 0;
    update.closes_attributes = closed.has_attributes;
    return close_row(closed, update.close_status, update.close_ms);
  }

  // After the closes: a deadline beside a close means nothing any more.
  void change(const ExecutionChanged& changed) {
    if (const auto row = opened_.find(changed.run); row != opened_.end()) {
      NewExecution& opened = row->second;
      opened.cancel_requested |= changed.cancel_requested;
      if (changed.attributes) opened.opened.attributes = *changed.attributes;
      if (changed.deadline_ms && opened.close_status == 0) {
        opened.opened.deadline_ms = *changed.deadline_ms;
      }
      return;
    }
    ExecutionUpdate& update = updated(changed.run, changed.domain, changed.workflow_id);
    update.cancel_requested |= changed.cancel_requested;
    if (changed.attributes) update.attributes = changed.attributes;
    if (changed.deadline_ms && update.close_status == 0) update.deadline_ms = changed.deadline_ms;
  }

  NetChanges in_lock_order() && {
    NetChanges net;
    for (auto& [run, row] : updates_) net.updates.push_back(std::move(row));
    for (auto& [run, row] : opened_) net.opened.push_back(std::move(row));
    std::sort(net.updates.begin(), net.updates.end(), [](const auto& a, const auto& b) {
      return std::tie(a.run.shard, a.domain, a.workflow_id, a.run.run_id) <
             std::tie(b.run.shard, b.domain, b.workflow_id, b.run.run_id);
    });
    std::sort(net.opened.begin(), net.opened.end(), [](const auto& a, const auto& b) {
      return std::tie(a.opened.run.shard, a.opened.domain, a.opened.workflow_id, a.opened.run.run_id) <
             std::tie(b.opened.run.shard, b.opened.domain, b.opened.workflow_id, b.opened.run.run_id);
    });
    return net;
  }

 private:
  ExecutionUpdate& updated(RunKey run, const std::string& domain, const std::string& workflow_id) {
    ExecutionUpdate& update = updates_[run];
    update.run = run;
    update.domain = domain;
    update.workflow_id = workflow_id;
    return update;
  }

  std::map<RunKey, NewExecution> opened_;
  std::map<RunKey, ExecutionUpdate> updates_;
};

}  // namespace

absl::StatusOr<NetChanges> net_changes(const CommitBatch& batch) {
  Rows rows;
  for (const ExecutionOpened& opened : batch.opened) {
    if (absl::Status status = rows.open(opened); !status.ok()) return status;
  }
  for (const ExecutionClosed& closed : batch.closed) {
    if (absl::Status status = rows.close(closed); !status.ok()) return status;
  }
  for (const ExecutionChanged& changed : batch.changed) rows.change(changed);
  return std::move(rows).in_lock_order();
}

}  // namespace baton::store
