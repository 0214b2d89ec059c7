#include "history_check.h"

#include <google/protobuf/util/message_differencer.h>
#include <google/protobuf/util/time_util.h>

#include <map>
#include <set>

namespace baton::testing {
namespace {

using google::protobuf::util::TimeUtil;
using Event = v1::HistoryEvent;

const google::protobuf::OneofDescriptor& attributes_of(const Event& event) { return *event.GetDescriptor()->FindOneofByName("attributes"); }

// "activity_task_started"; empty when no attributes are set.
std::string kind_of(const Event& event) {
  const auto* field = event.GetReflection()->GetOneofFieldDescriptor(event, &attributes_of(event));
  return field == nullptr ? "" : field->name();
}

bool begins_with(const std::string& text, const std::string& with) { return text.compare(0, with.size(), with) == 0; }
bool ends_with(const std::string& text, const std::string& with) {
  return text.size() >= with.size() && text.compare(text.size() - with.size(), with.size(), with) == 0;
}

// What a field that names another event must point to; empty: an event of another run's history.
std::string kind_referred_to(const std::string& kind, const std::string& field) {
  if (field == "decision_task_completed_event_id") return "decision_task_completed";
  if (field == "latest_cancel_requested_event_id") return "activity_task_cancel_requested";
  if (field == "initiated_event_id") {
    if (begins_with(kind, "signal_external") || kind == "external_workflow_execution_signaled") {
      return "signal_external_workflow_execution_initiated";
    }
    if (begins_with(kind, "request_cancel_external") || kind == "external_workflow_execution_cancel_requested") {
      return "request_cancel_external_workflow_execution_initiated";
    }
    return "start_child_workflow_execution_initiated";
  }
  for (const char* task : {"activity_task", "decision_task", "lambda_function", "timer", "child_workflow_execution"}) {
    if (!begins_with(kind, task)) continue;
    if (field == "scheduled_event_id") return std::string(task) + "_scheduled";
    if (field == "started_event_id") return std::string(task) + "_started";
  }
  return "";
}

// The references that are 0 when there is nothing to refer to.
bool may_refer_to_nothing(const std::string& kind, const std::string& field) {
  if (field == "latest_cancel_requested_event_id") return true;
  if (field == "started_event_id") return ends_with(kind, "_timed_out") || kind == "activity_task_canceled";
  return field == "initiated_event_id" && kind == "start_child_workflow_execution_failed";
}

bool closes_run(const std::string& kind) {
  return begins_with(kind, "workflow_execution_") &&
         (ends_with(kind, "_completed") || ends_with(kind, "_failed") || ends_with(kind, "_canceled") || ends_with(kind, "_timed_out") ||
          ends_with(kind, "_terminated") || ends_with(kind, "_continued_as_new"));
}

// Reads a history once, from its first event to its last.
class Reader {
 public:
  void read(const Event& event) {
    ++id_;
    kind_ = kind_of(event);
    expect(event.event_id() == id_, "has the id " + std::to_string(event.event_id()));
    const int64_t ms = TimeUtil::TimestampToMilliseconds(event.event_time());
    expect(ms >= last_ms_, "is earlier than the event before it");
    last_ms_ = ms;
    expect(close_.empty(), "comes after the close");
    expect((kind_ == "workflow_execution_started") == (id_ == 1),
           id_ == 1 ? "is not how a history begins" : "begins the run a second time");
    if (kind_.empty()) return expect(false, "is of an unknown kind");
    read_references(event);
    read_decision(event);
    read_activity(event);
    read_timer(event, ms);
    if (closes_run(kind_)) close_ = kind_;
    kinds_[id_] = kind_;
  }

  std::vector<std::string> end(bool closed) {
    if (id_ == 0) broken_.push_back("there are no events");
    if (closed && close_.empty()) broken_.push_back("the last event, " + std::to_string(id_) + " (" + kind_ + "), does not close the run");
    return std::move(broken_);
  }

  std::vector<int64_t> activities_without_end() const {
    std::vector<int64_t> found;
    for (const auto& [id, activity] : activities_) {
      if (!activity.ended) found.push_back(id);
    }
    return found;
  }

 private:
  struct Task {
    std::string name;  // its activity or timer id
    int64_t started = 0;
    int64_t due_ms = 0;
    bool ended = false;
  };

  void expect(bool holds, const std::string& what) {
    if (!holds) broken_.push_back("event " + std::to_string(id_) + " (" + kind_ + ") " + what);
  }

  void read_references(const Event& event) {
    const auto* block = event.GetReflection()->GetOneofFieldDescriptor(event, &attributes_of(event));
    const google::protobuf::Message& attributes = event.GetReflection()->GetMessage(event, block);
    for (int i = 0; i < attributes.GetDescriptor()->field_count(); ++i) {
      const auto& field = *attributes.GetDescriptor()->field(i);
      if (!ends_with(field.name(), "_event_id")) continue;
      const std::string wanted = kind_referred_to(kind_, field.name());
      if (wanted.empty()) continue;
      const int64_t id = attributes.GetReflection()->GetInt64(attributes, &field);
      const std::string says = field.name() + " " + std::to_string(id);
      if (id == 0) {
        expect(may_refer_to_nothing(kind_, field.name()), "lacks its " + field.name());
      } else if (id < 1 || id >= id_) {
        expect(false, "does not point back: " + says);
      } else {
        expect(kinds_[id] == wanted, "has a wrong " + says + ": that is " + kinds_[id]);
      }
      if (field.name() == "decision_task_completed_event_id") expect(id == last_completed_, "is not of the last decision: " + says);
    }
  }

  void read_decision(const Event& event) {
    if (event.has_decision_task_scheduled()) {
      expect(decision_waiting_ == 0, "is a second waiting decision task");
      decision_waiting_ = id_;
    } else if (event.has_decision_task_started()) {
      expect(event.decision_task_started().scheduled_event_id() == decision_waiting_, "starts a decision task that does not wait");
      // One in hand that nothing has ended was given up by its decider, and must never be answered.
      decision_waiting_ = 0;
      decision_in_hand_ = id_;
    } else if (event.has_decision_task_completed()) {
      end_decision(event.decision_task_completed().started_event_id());
      last_completed_ = id_;
    } else if (event.has_decision_task_timed_out()) {
      if (event.decision_task_timed_out().started_event_id() != 0) return end_decision(event.decision_task_timed_out().started_event_id());
      expect(event.decision_task_timed_out().scheduled_event_id() == decision_waiting_, "ends a decision task that does not wait");
      decision_waiting_ = 0;
    }
  }

  void end_decision(int64_t started_event_id) {
    expect(decision_in_hand_ != 0 && started_event_id == decision_in_hand_, "ends a decision task that is not in hand");
    decision_in_hand_ = 0;
  }

  void read_activity(const Event& event) {
    if (event.has_activity_task_scheduled()) {
      const std::string& name = event.activity_task_scheduled().activity_id();
      expect(open_activities_.insert(name).second, "uses the id of an open activity: " + name);
      activities_[id_] = {.name = name};
    } else if (event.has_activity_task_started()) {
      const auto found = activities_.find(event.activity_task_started().scheduled_event_id());
      if (found == activities_.end()) return expect(false, "starts no activity");
      expect(found->second.started == 0, "is a second start of " + std::to_string(found->first));
      expect(!found->second.ended, "starts what has ended");
      found->second.started = id_;
    } else if (event.has_activity_task_completed()) {
      end_activity(event.activity_task_completed());
    } else if (event.has_activity_task_failed()) {
      end_activity(event.activity_task_failed());
    } else if (event.has_activity_task_timed_out()) {
      end_activity(event.activity_task_timed_out());
    } else if (event.has_activity_task_canceled()) {
      end_activity(event.activity_task_canceled());
    } else if (event.has_activity_task_cancel_requested()) {
      expect(open_activities_.contains(event.activity_task_cancel_requested().activity_id()), "is about no open activity");
    }
  }

  template <class End>
  void end_activity(const End& end) {
    const auto found = activities_.find(end.scheduled_event_id());
    if (found == activities_.end()) return expect(false, "ends no activity");
    Task& activity = found->second;
    expect(!activity.ended, "is a second end of " + std::to_string(found->first));
    expect(activity.started == end.started_event_id(), "does not name the start of " + std::to_string(found->first));
    activity.ended = true;
    open_activities_.erase(activity.name);
  }

  void read_timer(const Event& event, int64_t ms) {
    if (event.has_timer_started()) {
      const std::string& name = event.timer_started().timer_id();
      expect(open_timers_.insert(name).second, "uses the id of an open timer: " + name);
      timers_[id_] = {.name = name, .due_ms = ms + TimeUtil::DurationToMilliseconds(event.timer_started().start_to_fire_timeout())};
    } else if (event.has_timer_fired()) {
      const auto due = timers_.find(event.timer_fired().started_event_id());
      expect(due == timers_.end() || ms >= due->second.due_ms, "fires early");
      end_timer(event.timer_fired());
    } else if (event.has_timer_canceled()) {
      end_timer(event.timer_canceled());
    }
  }

  template <class End>
  void end_timer(const End& end) {
    const auto found = timers_.find(end.started_event_id());
    if (found == timers_.end()) return expect(false, "ends no timer");
    expect(!found->second.ended, "is a second end of " + std::to_string(found->first));
    expect(found->second.name == end.timer_id(), "does not name the timer of " + std::to_string(found->first));
    found->second.ended = true;
    open_timers_.erase(found->second.name);
  }

  int64_t id_ = 0, last_ms_ = 0;
  std::string kind_, close_;
  std::map<int64_t, std::string> kinds_;
  int64_t decision_waiting_ = 0, decision_in_hand_ = 0, last_completed_ = 0;
  std::map<int64_t, Task> activities_, timers_;
  std::set<std::string> open_activities_, open_timers_;
  std::vector<std::string> broken_;
};

}  // namespace

std::vector<std::string> broken_rules(const Events& events, bool closed) {
  Reader reader;
  for (const Event& event : events) reader.read(event);
  return reader.end(closed);
}

std::vector<int64_t> activities_without_end(const Events& events) {
  Reader reader;
  for (const Event& event : events) reader.read(event);
  return reader.activities_without_end();
}

std::string first_change(const Events& earlier, const Events& later) {
  for (size_t i = 0; i < earlier.size(); ++i) {
    const bool is_there = i < later.size();
    if (is_there && google::protobuf::util::MessageDifferencer::Equals(earlier[i], later[i])) continue;
    return "event " + std::to_string(i + 1) + " was { " + earlier[i].ShortDebugString() + " } and is " +
           (is_there ? "{ " + later[i].ShortDebugString() + " }" : "gone");
  }
  return "";
}

std::string kinds_of(const Events& events) {
  std::string text;
  for (const Event& event : events) {
    bool upper = true;
    text += text.empty() ? "" : ", ";
    for (const char c : kind_of(event)) {
      if (c != '_') text += upper ? static_cast<char>(c - 'a' + 'A') : c;
      upper = c == '_';
    }
  }
  return text;
}

}  // namespace baton::testing
