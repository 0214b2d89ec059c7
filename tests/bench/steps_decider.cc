// The decider of the step benchmarks: workflow code as a user writes it.
//   steps_decider ADDRESS
#include <baton/decider.h>

#include <iostream>

#include "steps.h"

namespace {

constexpr baton::ActivityOptions kStep{.task_list = bench::kActivities};

baton::Task<int> sequence(baton::Workflow wf, int steps) {
  int done = 0;
  for (; done < steps; ++done) co_await wf.schedule(bench::step, done, kStep);
  co_return done;
}

baton::Task<std::vector<int64_t>> measured_sequence(baton::Workflow wf, int steps) {
  // What an earlier execution left does not count.
  co_await wf.schedule(bench::take_gaps, kStep);
  for (int done = 0; done < steps; ++done) co_await wf.schedule(bench::step, done, kStep);
  co_return co_await wf.schedule(bench::take_gaps, kStep);
}

}  // namespace

int main(int argc, char** argv) {
  if (argc != 2) {
    std::cerr << "steps_decider ADDRESS" << std::endl;
    return 2;
  }
  try {
    baton::Client client(argv[1], bench::kDomain);
    client.ensure_domain();
    baton::Decider decider(client, bench::kDecisions, {.slots = 2'000, .threads = 1, .register_types = true});
    decider.on(bench::sequence, sequence);
    decider.on(bench::measured_sequence, measured_sequence);
    return decider.run(baton::until_signal());
  } catch (const baton::Error& error) {
    std::cerr << "steps_decider: " << error.what() << std::endl;
    return 1;
  }
}
