// The plain decider, SWF's way: whenever something has happened, a function looks at the whole history and says what is next. It keeps nothing
// and waits for nothing; that it is asked again is all there is.
#include "pattern.h"

namespace patterns {
namespace {

constexpr baton::Activity<std::string(int)> print_page{"print_page", "1"};
constexpr baton::Activity<std::string(std::vector<std::string>)> bind_book{"bind_book", "1"};
constexpr baton::WorkflowType<std::string(int)> make_book{"plain_decider", "1"};

// All pages at once, one that failed a second time; then the binding.
baton::Decisions decide_book(const baton::DecisionTask& task) {
  baton::Decisions decisions;
  std::vector<std::string> printed;
  const int pages = task.input<int>();
  for (int page = 1; page <= pages; ++page) {
    const std::string first_try = "page " + std::to_string(page), second_try = first_try + ", again";
    auto printing = task.activity(first_try);
    if (!printing) decisions.schedule_activity(first_try, print_page, page, kStep);
    if (printing && printing->status() == baton::StepStatus::kFailed) {
      printing = task.activity(second_try);
      if (!printing) decisions.schedule_activity(second_try, print_page, page, kStep);
    }
    if (!printing || printing->open()) continue;
    if (printing->completed()) {
      printed.push_back(printing->result<std::string>());
    } else {
      decisions.fail("page " + std::to_string(page) + ": " + printing->reason());
      return decisions;
    }
  }
  if (std::ssize(printed) < pages) return decisions;

  const auto binding = task.activity("binding");
  if (!binding) {
    decisions.schedule_activity("binding", bind_book, printed, kStep);
  } else if (binding->completed()) {
    decisions.complete(binding->ended()->result());
  } else if (!binding->open()) {
    decisions.fail("binding: " + binding->reason());
  }
  return decisions;
}

void decide(baton::Decider& decider) {
  decider.on_decision_task({std::string(make_book.name), std::string(make_book.version)}, decide_book);
}

void work(baton::Worker& worker) {
  worker.on(print_page, [](baton::Attempt& attempt, int page) {
    if (page == 2 && !attempt.activity_id().ends_with("again")) throw baton::AttemptFailed("PAPER_JAM");
    return "page " + std::to_string(page);
  });
  worker.on(bind_book, [](std::vector<std::string> pages) { return "a book from " + pages.front() + " to " + pages.back(); });
}

std::string run(baton::Client& client, const std::string& id) { return client.start(make_book, id, 3).result(); }

}  // namespace

const Pattern plain_decider{"plain-decider", decide, work, run};

}  // namespace patterns
