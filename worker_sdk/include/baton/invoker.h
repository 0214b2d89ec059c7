// A program that calls functions: what a decision ScheduleLambdaFunction waits for.
//
//   baton::Client client{"localhost:7450", "pictures"};
//   baton::Invoker invoker{client, "resize", {.slots = 16}};
//   invoker.on_call([](baton::Attempt&, const std::optional<baton::Payload>& input) { return resized(input); });
//   return invoker.run(baton::until_signal());
#pragma once

#include <memory>
#include <string_view>

#include "baton/worker.h"

namespace baton {

// A Worker for the calls of one function; what holds for a Worker holds here. A function has no heartbeats and no cancel requests.
class Invoker {
 public:
  // `function`: the name that decisions give, 1 to 64 characters. All options but those about types
  // count.
  Invoker(const Client& client, std::string_view function, const WorkerOptions& options = {});
  ~Invoker();
  Invoker(const Invoker&) = delete;
  Invoker& operator=(const Invoker&) = delete;

  // How a call is made; given before run(). AttemptFailed fails the function with its reason, any other exception with what() as details.
  void on_call(Handler handler);

  // As Worker's.
  int run(UntilSignal until);
  int run();
  void stop();

 private:
  std::unique_ptr<detail::WorkerProcess> process_;
};

}  // namespace baton
