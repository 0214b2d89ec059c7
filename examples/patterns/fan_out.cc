// Fan-out: a thousand activities at once, and their results together.
#include "pattern.h"

namespace patterns {
namespace {

constexpr baton::Activity<int(int)> square{"square", "1"};
constexpr baton::WorkflowType<int(int)> sum_squares{"fan_out", "1"};

baton::Task<int> sum_of_squares(baton::Workflow wf, int count) {
  std::vector<baton::Future<int>> squares;
  for (int number = 1; number <= count; ++number) squares.push_back(wf.schedule(square, number, kStep));
  co_await wf.all(squares);  // or one after the other as below: they run at the same time either way
  int sum = 0;
  for (auto& future : squares) {
    const int value = co_await future;
    sum += value;
  }
  co_return sum;
}

void decide(baton::Decider& decider) { decider.on(sum_squares, sum_of_squares); }

void work(baton::Worker& worker) {
  worker.on(square, [](int number) { return number * number; });
}

std::string run(baton::Client& client, const std::string& id) {
  return "1² + 2² + … + 1000² = " + std::to_string(client.start(sum_squares, id, 1'000).result());
}

}  // namespace

const Pattern fan_out{"fan-out", decide, work, run};

}  // namespace patterns
