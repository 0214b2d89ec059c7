// A run answers a query: its code is asked, and stopped when it is about to change something.
#include "replay/run.h"
#include "replies.h"

namespace baton::detail {
namespace {

// Thrown through a handler that may not go on; the run has noted why.
struct QueryStopped {};

}  // namespace

Reply Run::query(const std::string& name, const std::optional<Payload>& input) {
  const auto handler = query_handlers_.find(name);
  if (handler == nullptr) {
    const std::string known = query_handlers_.names();
    return failed_reply("UNKNOWN_QUERY", known.empty() ? "the workflow code answers no queries now"
                                                       : "the workflow code answers now: " + known);
  }
  replaying_ = false;  // what a handler logs is new
  in_query_ = true;
  refused_call_.clear();
  Reply reply = reply_of([&] { return (*handler)(input); });
  in_query_ = false;
  if (refused_call_.empty()) return reply;
  return failed_reply("QUERY_CHANGES_THE_RUN", "the code that answers query " + name + " called " +
                                                   refused_call_ +
                                                   ": it may look at the run, and nothing else");
}

void Run::refuse_in_query(std::string_view call, const std::source_location& where) {
  if (!in_query_) return;
  if (refused_call_.empty()) {
    refused_call_ = call;
    if (where.line() != 0) refused_call_ += " at " + to_string(where);
  }
  throw QueryStopped{};
}

}  // namespace baton::detail
