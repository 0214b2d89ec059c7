#include "tests/spec/wire_watch.h"

#include <gtest/gtest.h>
#include <unistd.h>

#include <algorithm>
#include <cstdlib>
#include <fstream>
#include <mutex>
#include <set>
#include <string>

#include "tests/spec/coverage_items.h"

namespace baton::testing {
namespace {

using google::protobuf::Message;
using google::protobuf::MethodDescriptor;
using grpc::experimental::InterceptionHookPoints;

// What the running test produced so far; written at its end.
class TestCoverage : public ::testing::EmptyTestEventListener {
 public:
  void found(const std::set<CoverageItem>& items) {
    const std::lock_guard lock(mutex_);
    items_.insert(items.begin(), items.end());
  }

 private:
  void OnTestStart(const ::testing::TestInfo&) override {
    const std::lock_guard lock(mutex_);
    items_.clear();
  }
  void OnTestEnd(const ::testing::TestInfo& test) override {
    const char* directory = std::getenv("BATON_SPEC_COVERAGE_DIR");
    if (directory == nullptr || test.result()->Failed()) return;
    std::ofstream file(std::string(directory) + "/" + std::to_string(getpid()), std::ios::app);
    const std::lock_guard lock(mutex_);
    for (const CoverageItem& item : items_) {
      file << test.test_suite_name() << "." << test.name() << "\t" << plural_of(item.kind) << "\t" << item.name << "\n";
    }
    file.flush();
    EXPECT_TRUE(file.good()) << "cannot write into " << directory;
  }

  std::mutex mutex_;
  std::set<CoverageItem> items_;
};

TestCoverage& coverage() {
  static TestCoverage* const listener = [] {
    auto* made = new TestCoverage;  // GoogleTest's from here on
    ::testing::UnitTest::GetInstance()->listeners().Append(made);
    return made;
  }();
  return *listener;
}

class Watcher : public grpc::experimental::Interceptor {
 public:
  explicit Watcher(const MethodDescriptor& call) : call_(call) {}

  void Intercept(grpc::experimental::InterceptorBatchMethods* methods) override {
    if (methods->QueryInterceptionHookPoint(InterceptionHookPoints::PRE_SEND_MESSAGE)) note(methods->GetSendMessage(), sent_);
    if (methods->QueryInterceptionHookPoint(InterceptionHookPoints::POST_RECV_MESSAGE)) {
      std::set<CoverageItem> received;
      note(methods->GetRecvMessage(), received);
      coverage().found(received);
      if (call_.server_streaming()) succeed();  // a stream that answers has taken what was said
    }
    if (methods->QueryInterceptionHookPoint(InterceptionHookPoints::POST_RECV_STATUS) && methods->GetRecvStatus()->ok()) succeed();
    methods->Proceed();
  }

 private:
  // Generated messages have their Message at the beginning, which is what gRPC keeps a pointer to. Null: nothing came.
  static void note(const void* message, std::set<CoverageItem>& items) {
    if (message == nullptr) return;
    find_items(*static_cast<const Message*>(message), [&](CoverageItem item) { items.insert(std::move(item)); });
  }
  void succeed() {
    find_items(call_, [this](CoverageItem item) { sent_.insert(std::move(item)); });
    coverage().found(sent_);
  }

  const MethodDescriptor& call_;
  std::set<CoverageItem> sent_;
};

class Factory : public grpc::experimental::ClientInterceptorFactoryInterface {
 public:
  grpc::experimental::Interceptor* CreateClientInterceptor(grpc::experimental::ClientRpcInfo* info) override {
    std::string name = info->method() + 1;  // "/baton.v1.WorkflowService/StartWorkflowExecution"
    std::replace(name.begin(), name.end(), '/', '.');
    const auto* call = google::protobuf::DescriptorPool::generated_pool()->FindMethodByName(name);
    return call == nullptr ? nullptr : new Watcher(*call);
  }
};

}  // namespace

std::vector<std::unique_ptr<grpc::experimental::ClientInterceptorFactoryInterface>> wire_watchers() {
  coverage();
  std::vector<std::unique_ptr<grpc::experimental::ClientInterceptorFactoryInterface>> watchers;
  watchers.push_back(std::make_unique<Factory>());
  return watchers;
}

}  // namespace baton::testing
