// Updates of a run, from their arrival to the answer that the code gives.
#pragma once

#include <memory>
#include <optional>
#include <source_location>
#include <string>
#include <string_view>
#include <vector>

#include "baton/reply.h"
#include "baton/update_request.h"
#include "baton/v1/history_event.pb.h"
#include "replay/decision_log.h"
#include "replay/message_channel.h"

namespace baton::detail {

// One update; kept by whoever may still answer it.
class UpdateMachine {
 public:
  UpdateMachine(Run& run, const v1::HistoryEvent& event);

  Run& run() const { return run_; }
  const std::string& id() const { return id_; }
  const std::string& name() const { return name_; }
  const std::optional<Payload>& input() const { return input_; }
  bool answered() const { return answered_at_.has_value(); }

 private:
  friend class Updates;

  Run& run_;
  const std::string id_;
  const std::string name_;
  const std::optional<Payload> input_;
  std::optional<std::source_location> answered_at_;
};

using ArrivedUpdate = std::shared_ptr<UpdateMachine>;

// The updates of one name.
class UpdateChannel : public ChannelOf<ArrivedUpdate> {
 public:
  using ChannelOf<ArrivedUpdate>::ChannelOf;

 private:
  friend class Updates;

  bool received_ = false;          // the code has asked for it, and so said of what type it is
  ArgumentCheck check_ = nullptr;  // null: there is no argument
  std::source_location where_;     // it was asked for first
};

// All of them; owned by the run. What is no argument of an update never reaches the code: it is
// rejected, at the latest when the code first asks for updates of that name.
class Updates {
 public:
  Updates(Run& run, DecisionLog& log, Scheduler& scheduler)
      : run_(run), log_(log), scheduler_(scheduler) {}

  // --- what the code does ---
  UpdateChannel* receive(std::string_view name, ArgumentCheck check,
                         const std::source_location& where);
  // Throws std::logic_error when it is answered already.
  void answer(UpdateMachine& update, Reply reply, const std::source_location& where);
  // Rejects what has come since the last decision and is no argument.
  void reject_unfit();

  // --- what the history says. False: it does not fit. ---
  void signaled(const v1::HistoryEvent& event);
  bool answered(const v1::HistoryEvent& event);
  // The answer was refused; nobody hears of it.
  bool refused(const std::string& update_id);

 private:
  struct Unfit {
    ArrivedUpdate update;
    std::string why;
    const UpdateChannel* channel;
  };

  UpdateChannel* get(std::string_view name);
  void reject(UpdateMachine& update, const std::string& why, const UpdateChannel& channel);

  Run& run_;
  DecisionLog& log_;
  Scheduler& scheduler_;
  std::vector<std::unique_ptr<UpdateChannel>> channels_;
  std::vector<Unfit> unfit_;
};

// "3f2a, completed": which update is answered, and how.
std::string id_of(const v1::WorkflowExecutionUpdateAnsweredAttributes& attributes);

}  // namespace baton::detail
