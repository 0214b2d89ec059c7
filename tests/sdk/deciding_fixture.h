// Runs by their histories, and decision tasks and queries about them as a stream brings them.
#pragma once

#include <gtest/gtest.h>

#include <algorithm>
#include <map>
#include <memory>
#include <stdexcept>
#include <string>

#include "baton/log.h"
#include "deciding.h"
#include "story.h"

namespace baton::testing {

// Also reads what was not encoded.
class Reversing final : public PayloadCodec {
 public:
  Payload encode(Payload payload) const override {
    if (payload.data.size() > 20'000) throw std::length_error("too long to turn around");
    return {{payload.data.rbegin(), payload.data.rend()}, payload.content_type, "reversed", ""};
  }
  Payload decode(Payload payload) const override {
    if (payload.encoding.empty()) return payload;
    if (payload.encoding != "reversed") throw PayloadError("it is not reversed");
    return {{payload.data.rbegin(), payload.data.rend()}, payload.content_type, "", ""};
  }
};

class DecidingFixture : public ::testing::Test {
 protected:
  DecidingFixture() {
    set_log_sink([this](LogLevel, std::string_view message) { logged_ += std::string(message) + "\n"; });
  }
  ~DecidingFixture() override { set_log_sink({}); }

  // Serves the history of `run_id` in pages of two events.
  detail::ReadHistory reader() {
    return [this](const Execution& execution, int64_t last, const detail::OnPage& on_page, std::string* why) {
      ++reads_;
      if (!unreadable_.empty()) {
        *why = unreadable_;
        return false;
      }
      const Events& events = runs_[execution.run_id].events();
      for (int at = 0; at < events.size() && at < last; at += 2) {
        auto page = std::make_shared<detail::HistoryPage>();
        for (int i = at; i < std::min(at + 2, events.size()); ++i) *page->Add() = events[i];
        on_page(std::move(page));
      }
      return true;
    };
  }

  // A task of the run at its latest DecisionTaskStarted: the events after `base`, or all of them.
  std::shared_ptr<v1::DecisionTask> task(const std::string& run_id, const std::string& type, int32_t delivery = 1, int64_t base = 0,
                                         int32_t base_delivery = 1) {
    auto out = std::make_shared<v1::DecisionTask>();
    const HistoryBuilder& history = runs_[run_id];
    out->set_task_token("token-" + run_id + "-" + std::to_string(delivery));
    out->mutable_workflow_execution()->set_workflow_id("work");
    out->mutable_workflow_execution()->set_run_id(run_id);
    to_wire(TypeName{type, "1"}, out->mutable_workflow_type());
    out->set_started_event_id(history.last_id());
    out->set_delivery(delivery);
    for (const auto& event : history.events()) {
      if (event.event_id() > base) *out->add_events() = event;
    }
    if (base > 0) {
      out->mutable_delta_base()->set_started_event_id(base);
      out->mutable_delta_base()->set_delivery(base_delivery);
      out->set_previous_started_event_id(base);
    }
    return out;
  }

  Answer completed(detail::Deciding& deciding, std::shared_ptr<v1::DecisionTask> task) {
    const auto answer = std::make_unique<v1::DecisionTaskAnswer>();
    deciding.decide({task.get(), task}, answer.get());
    EXPECT_TRUE(answer->has_completed()) << answer->failed().DebugString();
    EXPECT_EQ(answer->completed().task_token(), task->task_token());
    return answer->completed();
  }
  v1::RespondDecisionTaskFailedRequest failed(detail::Deciding& deciding, std::shared_ptr<v1::DecisionTask> task) {
    const auto answer = std::make_unique<v1::DecisionTaskAnswer>();
    deciding.decide({task.get(), task}, answer.get());
    EXPECT_TRUE(answer->has_failed()) << describe(answer->completed());
    return answer->failed();
  }

  detail::Workflows workflows_;
  std::map<std::string, HistoryBuilder> runs_;
  std::string unreadable_;
  int reads_ = 0;
  std::string logged_;
};

}  // namespace baton::testing
